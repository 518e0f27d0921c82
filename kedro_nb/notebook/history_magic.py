"""%kedro_history: the runs of the session, one of them, or what differs between two."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kedro_nb.errors import RequestError, did_you_mean
from kedro_nb.masking import mask_strings, mask_text, mask_value
from kedro_nb.notebook.arguments import refuse_options, split_line, take_option
from kedro_nb.notebook.history_table import HistoryTable, history_row, how_many
from kedro_nb.session import session
from kedro_nb.session.display import count_text
from kedro_nb.session.history import record_of
from kedro_nb.session.records.checked import checked
from kedro_nb.session.records.compare import compare
from kedro_nb.session.records.record import MIME_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kedro_nb.session import Run
    from kedro_nb.session.history import PastRun
    from kedro_nb.session.records.compare import Comparison

_ROWS = 20
_OPTIONS = ("-n", "--last")
_NOTEBOOK = re.compile(r"(?P<file>.+\.ipynb)(?::(?P<number>-?\d+))?")
_TWO = 2


def history(line: str) -> HistoryTable | RunView | Comparison:
    """%kedro_history [-n N] [FILE.ipynb], %kedro_history RUN, %kedro_history RUN RUN."""
    words = split_line(line)
    asked = [take_option(words, option) for option in _OPTIONS]
    most = _count(next((each for each in asked if each is not None), None))
    refuse_options((word for word in words if not re.fullmatch(r"-\d+", word)), [*_OPTIONS, "--help"])
    if len(words) > _TWO:
        raise RequestError(f"Two runs can be compared, and here are {len(words)}: {' '.join(words)}.")
    if most is not None and words and not _is_file(words):
        raise RequestError("-n says how many runs to list, and here is one named.")
    if not words or _is_file(words):
        return _listed(words, most or _ROWS)
    chosen = [_chosen(word) for word in words]
    if len(chosen) == 1:
        return RunView(chosen[0].record, chosen[0].run)
    labels = chosen[0].label, chosen[1].label
    return compare(chosen[0].record, chosen[1].record, session().history.code, labels)


def _count(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise RequestError(f"-n takes the number of runs to list, and not '{text}'.")
    return int(text)


def _is_file(words: Sequence[str]) -> bool:
    return len(words) == 1 and words[0].endswith(".ipynb")


def _listed(words: Sequence[str], most: int) -> HistoryTable:
    records: list[Callable[[], dict[str, Any]]]
    if words:
        first, records = 1, [lambda record=each: record for each in records_in(words[0])]  # type: ignore[misc]
    else:
        runs = session().history
        first, records = runs.first, [lambda run=run: record_of(run) for run in runs]  # type: ignore[misc]
    numbered = list(enumerate(records, start=first))
    if not numbered:
        return HistoryTable([], "Nothing has run in this session yet: %kedro_run")
    rows = [history_row(number, record()) for number, record in numbered[-most:]]
    return HistoryTable(rows, how_many(len(rows), len(numbered)))


class _Chosen(NamedTuple):
    label: str
    record: dict[str, Any]
    run: Run | PastRun | None = None


def _chosen(word: str) -> _Chosen:
    """The run of a number, an id, or a notebook's file with a number."""
    if found := _NOTEBOOK.fullmatch(word):
        return _in_file(found["file"], int(found["number"] or -1))
    runs = session().history
    run = runs.find(word)
    return _Chosen(str(runs.number(run)), record_of(run), run)


def _in_file(file: str, number: int) -> _Chosen:
    records = records_in(file)
    place = number - 1 if number > 0 else len(records) + number
    if not 0 <= place < len(records):
        raise RequestError(f"There is no run {number} in {file}: it has {count_text(len(records), 'run')}.")
    return _Chosen(f"{Path(file).name}:{place + 1}", records[place])


def records_in(file: str) -> list[dict[str, Any]]:
    """The records in the outputs of a notebook's file.

    Raises:
        RequestError: there is no such file, it is no notebook, or no run's record is in it.
    """
    path = Path(file).expanduser()
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = [cell for cell in notebook["cells"] if cell.get("outputs")]
        found = [
            out["data"][MIME_TYPE]
            for cell in cells
            for out in cell["outputs"]
            if MIME_TYPE in out.get("data", ())
        ]
    except FileNotFoundError:
        near = [each.name for each in path.parent.glob("*.ipynb")]
        raise RequestError(f"There is no notebook '{file}'{did_you_mean(path.name, near)}.") from None
    except RecursionError:
        raise RequestError(f"'{file}' cannot be read as a notebook: it is nested too deeply.") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RequestError(f"'{file}' cannot be read as a notebook: {error}.") from error
    if not found:
        raise RequestError(f"No run is recorded in '{file}'.")
    where = f"In '{file}', the record of run"
    return [_masked(checked(each, f"{where} {number}")) for number, each in enumerate(found, start=1)]


def _masked(record: dict[str, Any]) -> dict[str, Any]:
    """The record without secrets, which an older version may have written."""
    values = {name: mask_value(record[name]) for name in ("parameters", "request") if name in record}
    return {**mask_strings(record, mask_text), **values}


class RunView:
    """Shows a run as it was shown when it was over.

    Args:
        record: the run's.
        run: the run itself, where it is still there.

    Attributes:
        record: as data.
    """

    def __init__(self, record: dict[str, Any], run: Any = None) -> None:
        self.record = record
        self._run = run

    def _bundle(self) -> dict[str, Any]:
        from kedro_nb.session.records.replay import ReplayedRun

        return _drawn(self._run if hasattr(self._run, "progress") else ReplayedRun(self.record))

    def __repr__(self) -> str:
        text: str = self._bundle()["text/plain"]
        return text

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002 - IPython's signature
        printer.text(repr(self))

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        from kedro_nb.session.records.saved import saved

        return {**self._bundle(), MIME_TYPE: saved(self.record)}


def _drawn(run: Any) -> dict[str, Any]:
    from kedro_nb.notebook.live import bundle

    return bundle(run)
