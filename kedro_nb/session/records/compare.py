"""What differs between two runs, told by their records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro_nb.masking import mask_code
from kedro_nb.session.display import bytes_text, count_text
from kedro_nb.session.selection import FILTERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_nb.session.code import CodeBook


_TELLING = 0.005  # seconds: of what is shorter one run differs from the next by chance
_GROWING = {"list", "dict", "set", "deque", "bytearray"}


@dataclass(frozen=True, slots=True)
class Change:
    """Something that differs.

    Args:
        name: what: a parameter, an option, a dataset.
        before, after: the two values as text; None where there is none.
    """

    name: str
    before: str | None
    after: str | None

    @property
    def kind(self) -> str:
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


@dataclass(frozen=True, slots=True)
class CodeChange:
    """A node whose code differs.

    Args:
        name: the node.
        functions: those that differ among the ones that it runs, as far as it is known.
        diff: how, in unified form; empty where the source was not kept.
    """

    name: str
    functions: tuple[str, ...] = ()
    diff: str = ""


@dataclass(frozen=True, slots=True)
class Timing:
    """The time of one node, or of the whole run.

    Args:
        name: the node; empty for the run.
        before, after: seconds; None where it did not run.
        states: its two states.
    """

    name: str
    before: float | None
    after: float | None
    states: tuple[str, str] = ("", "")

    @property
    def ratio(self) -> float | None:
        """How many times as long the second took; None where one did not end well, or both are too short to tell."""
        if not self.before or self.after is None or max(self.before, self.after) < _TELLING:
            return None
        if {"failed", "cancelled"}.intersection(self.states):
            return None
        return self.after / self.before


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs.

    Args:
        label: how it was named: "3", say, or "old.ipynb:1".
        id, state, command, error: from its record.
    """

    label: str
    id: str
    state: str
    command: str
    error: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side; `before` is the first that was named.

    Args:
        before, after: the runs.
        asked: options that differ, parameters left out.
        parameters: those that differ of all that the nodes could read, by dotted name.
        code: nodes in both whose code differs.
        code_note: why code could not be compared, if so.
        added, removed: names of nodes that only the second or the first has.
        total: the time of the runs.
        nodes: the time of each node.
        data: datasets whose size, shape or type differs.
        same_data: how many were measured in both and do not differ.
    """

    before: Side
    after: Side
    asked: tuple[Change, ...]
    parameters: tuple[Change, ...]
    code: tuple[CodeChange, ...]
    code_note: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    total: Timing
    nodes: tuple[Timing, ...]
    data: tuple[Change, ...]
    same_data: int

    def __repr__(self) -> str:
        from kedro_nb.session.records.compare_text import comparison_text

        return comparison_text(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002 - IPython's signature
        printer.text(repr(self))


def compare(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    book: CodeBook | None = None,
    labels: tuple[str, str] = ("A", "B"),
) -> Comparison:
    """What differs between the runs of two records.

    Args:
        before: the record of one run.
        after: that of the other.
        book: knows the source of what the nodes ran.
        labels: what to call them.
    """
    was, now = ({node["name"]: node for node in each["nodes"]} for each in (before, after))
    note = _python_differs(before, after)
    changes, same = _data(before, after)
    return Comparison(
        _side(before, labels[0]),
        _side(after, labels[1]),
        tuple(_asked(before, after)),
        tuple(_changes(_flat(before["parameters"]), _flat(after["parameters"]))),
        () if note else tuple(_code(was, now, book)),
        note,
        tuple(name for name in now if name not in was),
        tuple(name for name in was if name not in now),
        Timing("", _elapsed(before), _elapsed(after), (before["state"], after["state"])),
        tuple(_timings(was, now)),
        changes,
        same,
    )


def _side(record: Mapping[str, Any], label: str) -> Side:
    error = record.get("error")
    told = "" if error is None else ": ".join(filter(None, (error["type"], error["message"])))
    return Side(label, record["id"], record["state"], record.get("command", ""), told)


def _elapsed(record: Mapping[str, Any]) -> float | None:
    if record.get("started") is None or record.get("ended") is None:
        return None
    return float(record["ended"] - record["started"])


def _asked(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Options by their spelling; the parameters have a place of their own."""
    asked = []
    for each in (before, after):
        given = _flat({**each["request"], "runner": each["runner"], "params": ()})
        asked.append({FILTERS.get(name) or _option(name): text for name, text in given.items()})
    return _changes(*asked)


def _option(name: str) -> str:
    """--runner, --runner-params max_workers."""
    option, _, key = name.partition(".")
    return f"--{option.replace('_', '-')} {key}".rstrip()


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested values by dotted name, as text."""
    found: dict[str, str] = {}
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            found |= _flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = _text(value)
    return found


def _text(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ",".join(value) if value else "[]"
    return value if isinstance(value, str) else repr(value)


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for name in {**before, **after}:
        if before.get(name) != after.get(name):
            yield Change(name, before.get(name), after.get(name))


def _python_differs(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    versions = [".".join(str(each.get("python", "")).split(".")[:2]) for each in (before, after)]
    if versions[0] == versions[1]:
        return ""
    return f"Code is not compared: one run was made with Python {versions[0]}, the other with {versions[1]}."


def _code(was: Mapping[str, Any], now: Mapping[str, Any], book: CodeBook | None) -> Iterator[CodeChange]:
    for name, node in now.items():
        if name not in was:
            continue
        old, new = was[name].get("code"), node.get("code")
        functions = {each["function"]: None for each in (was[name], node) if "function" in each}
        if old is not None and new is not None and old != new and book is not None:
            yield CodeChange(name, tuple(book.changes(old, new)), mask_code(book.diff(old, new)))
        elif old != new or len(functions) > 1:
            yield CodeChange(name, tuple(functions))


def _timings(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Timing]:
    for name in {**was, **now}:
        pair = was.get(name, {}), now.get(name, {})
        states = pair[0].get("state", ""), pair[1].get("state", "")
        yield Timing(name, seconds_of(pair[0]), seconds_of(pair[1]), states)


def seconds_of(node: Mapping[str, Any]) -> float | None:
    """The time that a node of a record took, or has taken so far; None where it has not begun."""
    parts = [node.get(part) for part in ("load", "call", "save")]
    known = [part for part in parts if part is not None]
    return sum(known) if known else node.get("seconds")


def _data(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[tuple[Change, ...], int]:
    one, other = ({each["name"]: _size(each) for each in record["datasets"]} for record in (before, after))
    both = {name for name in one if one[name] and other.get(name)}
    changes = _changes(
        {name: one[name] for name in one if name in both}, {name: other[name] for name in both}
    )
    found = tuple(changes)
    return found, len(both) - len(found)


def _size(dataset: Mapping[str, Any]) -> str:
    """150 rows, 150 × 5, DataFrame, 12.0 KB."""  # noqa: RUF002 - the sign for sizes
    measured = dataset.get("measured")
    if measured is None:
        return ""
    shape = measured.get("shape") or []
    size = count_text(shape[0], "item") if len(shape) == 1 else " × ".join(map(str, shape))  # noqa: RUF001 - the sign
    # How much a list takes, without what is in it, depends on how it grew.
    tells = measured.get("bytes") is not None and measured["type"] not in _GROWING
    taken = bytes_text(measured["bytes"]) if tells else ""
    return ", ".join(filter(None, (measured["type"], size, taken)))
