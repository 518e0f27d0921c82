"""A comparison of two runs as plain text, and what its rows say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_nb.session.display import STATE_WORDS, columns, count_text, seconds_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kedro_nb.session.records.compare import Change, Comparison, Side, Timing

MOST_ROWS = 30
_BAR = 12  # characters
_LONGEST = 60
_GONE, _CALM = "–", {"done", "finished"}  # noqa: RUF001 - a dash as wide as a sign


def comparison_text(comparison: Comparison) -> str:
    """Everything that differs, each kind under a heading; what does not differ in one line."""
    return "\n\n".join(["\n".join(_heads(comparison)), *_sections(comparison)])


def _heads(comparison: Comparison) -> Iterator[str]:
    for side in (comparison.before, comparison.after):
        yield f"{side.label}: {about(side)}"
    if same := the_same(comparison):
        yield same


def about(side: Side) -> str:
    """A run in one line."""
    error = f" with {in_one_line(side.error, 2 * _LONGEST)}" if side.error and side.state == "failed" else ""
    return f"{side.id}, {STATE_WORDS.get(side.state, side.state)}{error}{f', {side.command}' if side.command else ''}"


def the_same(comparison: Comparison) -> str:
    """What was compared without finding a difference."""
    kinds = {
        "options": comparison.asked,
        "parameters": comparison.parameters,
        "code": comparison.code or comparison.code_note,
        "nodes": comparison.added or comparison.removed,
    }
    same = [kind for kind, found in kinds.items() if not found]
    if comparison.same_data:
        same.append(f"the size of {count_text(comparison.same_data, 'dataset')}")
    return f"The same: {', '.join(same)}." if same else ""


def _sections(comparison: Comparison) -> Iterator[str]:
    names = comparison.before.label, comparison.after.label
    yield from _changes("options", comparison.asked, names)
    yield from _changes("parameters", comparison.parameters, names)
    if comparison.code_note:
        yield comparison.code_note
    if comparison.code:
        yield "\n".join(["code", *(f"  {line}" for line in _code(comparison))])
    for word, nodes in (("only in", comparison.added), ("only in", comparison.removed)):
        if nodes:
            side = names[1] if nodes is comparison.added else names[0]
            yield f"nodes {word} {side}: {listed(nodes)}"
    yield _times(comparison, names)
    yield from _changes("data", comparison.data, names)


def listed(names: Sequence[str], most: int = MOST_ROWS) -> str:
    """Names, and how many are not told."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _changes(heading: str, changes: Sequence[Change], names: tuple[str, str]) -> Iterator[str]:
    if not changes:
        return
    rows = [(heading, *names)]
    rows += [(each.name, cell(each.before), cell(each.after)) for each in changes[:MOST_ROWS]]
    more = len(changes) - MOST_ROWS
    yield columns(rows) + (f"\nand {more} more" if more > 0 else "")


def cell(text: str | None) -> str:
    """A value in a table."""
    return _GONE if text is None else in_one_line(text, _LONGEST)


def in_one_line(text: str, most: int) -> str:
    """The beginning of a text, in one line."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _code(comparison: Comparison) -> Iterator[str]:
    """Each diff once, however many nodes it concerns."""
    for nodes, functions, diff in by_diff(comparison):
        where = f" ({listed(functions, 3)})" if functions else ""
        yield f"{listed(nodes, 5)}{where}"
        yield from (f"  {line}" for line in diff.splitlines())


def by_diff(comparison: Comparison) -> list[tuple[list[str], tuple[str, ...], str]]:
    """Nodes, functions and diff of each change of code: several nodes may run the same function."""
    found: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for each in comparison.code[:MOST_ROWS]:
        found.setdefault((each.functions, each.diff), []).append(each.name)
    return [(nodes, *change) for change, nodes in found.items()]


def _times(comparison: Comparison, names: tuple[str, str]) -> str:
    shown = slowest(comparison.nodes)
    longest = max((each.after or 0.0 for each in shown), default=0.0)
    rows = [("time", *names, "", ""), _row("all", comparison.total, 0.0)]
    rows += [_row(each.name, each, longest) for each in shown]
    more = len(comparison.nodes) - len(shown)
    return columns(rows, right=(1, 2, 3)) + (f"\nand {more} more nodes that took less" if more else "")


def _row(name: str, timing: Timing, longest: float) -> tuple[str, ...]:
    bar = "█" * round(_BAR * (timing.after or 0.0) / longest) if longest else ""
    return name, *times(timing), ratio(timing), bar


def slowest(timings: Sequence[Timing], most: int = MOST_ROWS) -> list[Timing]:
    """What to show of many nodes, in their order: those that took longest in either run."""
    by_time = sorted(timings, key=lambda each: -max(each.before or 0.0, each.after or 0.0))
    kept = {each.name for each in by_time[:most]}
    return [each for each in timings if each.name in kept]


def times(timing: Timing) -> tuple[str, str]:
    """Both times, with the state where that is not what one hopes for."""
    pair = zip((timing.before, timing.after), timing.states, strict=True)
    before, after = (_time(seconds, state) for seconds, state in pair)
    return before, after


def _time(seconds: float | None, state: str) -> str:
    if seconds is None:
        return {"": _GONE, "waiting": "not run", "done": "", **STATE_WORDS}.get(state, state)
    word = STATE_WORDS.get(state, state)
    return seconds_text(seconds) if state in _CALM else f"{word} after {seconds_text(seconds)}"


def ratio(timing: Timing) -> str:
    """1.5×; empty where there is nothing to compare."""  # noqa: RUF002 - the sign
    found = timing.ratio
    return "" if found is None else f"{found:.2f}×" if found < 10 else f"{found:.0f}×"  # noqa: PLR2004, RUF001 - see above
