"""The runs of a session: the last one as it is, earlier ones as their records, and so without any data."""

from __future__ import annotations

import contextlib
import json
import threading
import zlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

from kedro_nb.errors import RequestError
from kedro_nb.masking import get_logger
from kedro_nb.session.code import CodeBook
from kedro_nb.session.display import count_text
from kedro_nb.session.records.record import VERSION, record, remember_parameters

if TYPE_CHECKING:
    from kedro_nb.session.run import Run

logger = get_logger(__name__)

_MOST_RUNS = 1_000
_MOST_EXPECTED = 200
_SHOWN_IDS = 3


class PastRun:
    """A run of which only the record is left.

    Attributes:
        id: the run's.
        state: "finished", "failed" or "cancelled".
    """

    __slots__ = ("_packed", "_text", "id", "state")

    def __init__(self, run: Run) -> None:
        self.id = run.id
        self.state = run.state
        self._text = repr(run)
        made = _without_content(run)
        with _never_in_the_way("record", run):
            made = record(run)
        self._packed = zlib.compress(json.dumps(made, separators=(",", ":")).encode(), 1)

    @property
    def record(self) -> dict[str, Any]:
        """What there is to know of it; see `kedro_nb.session.records.record`."""
        unpacked: dict[str, Any] = json.loads(zlib.decompress(self._packed))
        return unpacked

    def __eq__(self, other: object) -> bool:
        return getattr(other, "id", None) == self.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return self._text


class History(Sequence["Run | PastRun"]):
    """Every run that was begun, oldest first.

    The last run, and those that are not over, are here as `Run`. Others are held as `PastRun`, so that a long session
    keeps no data; somebody who has the `Run` itself can go on using it.

    Attributes:
        code: what the nodes have run.
        first: the number of the first run that is still known; there are a thousand at most.
    """

    def __init__(self) -> None:
        self.code = CodeBook()
        self.first = 1
        self._runs: list[Run | PastRun] = []
        self._expected: dict[tuple[str, frozenset[str]], float] = {}
        self._lock = threading.Lock()

    def add(self, run: Run) -> None:
        """A run begins: note its code and parameters as they are now, and let go of what earlier runs hold."""
        with _never_in_the_way("code and parameters", run):
            run.code = self.code.read(run.pipeline.nodes)
            remember_parameters(run)
        with self._lock:
            self._runs = [_let_go(each) for each in self._runs]
            self._runs.append(run)
            if len(self._runs) > _MOST_RUNS:
                del self._runs[0]
                self.first += 1
        run.when_over(lambda: self._learn(run))

    @property
    def last(self) -> Run | None:
        """The run that was begun last, if any."""
        return self._runs[-1] if self._runs else None  # type: ignore[return-value]  # it has become past only before

    def expected(self, run: Run) -> float | None:
        """The seconds that the same nodes took with the same runner when they last ran to the end."""
        return self._expected.get(_key(run))

    def _learn(self, run: Run) -> None:
        nodes = run.progress.nodes.values()
        if run.state != "finished" or any(node.state == "skipped" for node in nodes):
            return
        key = _key(run)
        self._expected.pop(key, None)
        self._expected[key] = run.progress.elapsed
        while len(self._expected) > _MOST_EXPECTED:
            del self._expected[next(iter(self._expected))]

    def record(self, which: object) -> dict[str, Any]:
        """The record of one of the runs; see `find` for how to name it."""
        return record_of(self.find(which))

    def number(self, run: Run | PastRun) -> int:
        """1 for the first run of the session, and so on."""
        return self.first + self._runs.index(run)

    def find(self, which: object) -> Run | PastRun:
        """A run by its number, counted from the end if negative, or by its id or a part of that.

        Raises:
            RequestError: there is none, or more than one.
        """
        if hasattr(which, "id"):
            which = which.id
        text = str(which).strip()
        try:
            number = int(text)
        except ValueError:
            return self._by_id(text)
        position = number - self.first if number >= 0 else len(self) + number
        if 0 <= position < len(self):
            return self[position]
        raise RequestError(f"There is no run {number}. {self._what_there_is()}")

    def _by_id(self, text: str) -> Run | PastRun:
        found = [run for run in self if text and run.id.startswith(text)]
        found = found or [run for run in self if text and text in run.id]
        if len(found) == 1:
            return found[0]
        if not found:
            raise RequestError(f"There is no run '{text}'. {self._what_there_is()}")
        ids = ", ".join(f"{self.number(run)} ({run.id})" for run in found[-_SHOWN_IDS:])
        raise RequestError(f"'{text}' fits {count_text(len(found), 'run')}, the last of which are {ids}.")

    def _what_there_is(self) -> str:
        if not self:
            return "Nothing has run in this session yet."
        last = self[-1]
        if len(self) == 1:
            return f"The only one is {self.first}, which is {last.id}."
        return f"There are {self.first} to {self.number(last)}, the last of which, or -1, is {last.id}."

    @overload
    def __getitem__(self, place: int) -> Run | PastRun: ...
    @overload
    def __getitem__(self, place: slice) -> list[Run | PastRun]: ...
    def __getitem__(self, place: int | slice) -> Run | PastRun | list[Run | PastRun]:
        return self._runs[place]

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[Run | PastRun]:
        return iter(list(self._runs))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # as of any sequence that changes

    def __repr__(self) -> str:
        return repr(list(self))


@contextlib.contextmanager
def _never_in_the_way(what: str, run: Run) -> Iterator[None]:
    """Runs go on, whatever the user's objects do when they are looked at."""
    try:
        yield
    except Exception:
        logger.exception("The %s of run %s cannot be kept", what, run.id)


def _without_content(run: Run) -> dict[str, Any]:
    empty: dict[str, Any] = {"request": {}, "parameters": {}, "nodes": [], "datasets": []}
    return {"version": VERSION, "id": run.id, "state": run.state, "runner": run.request.runner, **empty}


def record_of(run: Run | PastRun) -> dict[str, Any]:
    """The record of a run, kept or made now."""
    return run.record if isinstance(run, PastRun) else record(run)


def _let_go(run: Run | PastRun) -> Run | PastRun:
    if isinstance(run, PastRun) or not run.over:
        return run
    past = PastRun(run)
    run.forget_frames()
    return past


def _key(run: Run) -> tuple[str, frozenset[str]]:
    return run.request.runner, frozenset(node.name for node in run.pipeline.nodes)
