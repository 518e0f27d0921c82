"""Observes the cells of a shell, so that runs know which functions the notebook has redefined."""

from __future__ import annotations

import ast
import contextlib
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from kedro_nb.notebook.shell_calls import call_of_shell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kedro_nb.pipeline import Pipeline
    from kedro_nb.session.cells.bindings import Bindings
    from kedro_nb.session.definitions import CellExecution, Definitions

_observed: WeakKeyDictionary[Any, int] = WeakKeyDictionary()  # by shell: the first cell that was not observed


@dataclass(eq=False)
class _Cell:
    """A cell that runs, or has run.

    Args:
        info: IPython's; None for a cell that began unobserved.
        source: its Python.
        place: as in "In [3]"; "" where it has no number.
        id: what the front end calls it; "" where it does not say, None where the cell began unobserved.
    """

    info: Any
    source: str
    place: str
    id: str | None = ""
    completed: bool = False
    execution: CellExecution | None = None


class CellObserver:
    """Tells the table of definitions what each cell binds, as soon as there can be nodes.

    A cell that runs others (`%%capture`, `%run notebook.ipynb`) gives them its id and number.

    Args:
        shell: IPython's.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._definitions: Definitions | None = None  # None as long as there can be no nodes
        self._earlier, self._running = _cells_so_far(shell)  # those that have ended, and the innermost last
        self._next = shell.execution_count  # of the next cell; the shell's is ahead within a cell, or not

    def begin(self) -> None:
        """Observe from now on, and look at what earlier cells have left."""
        self._shell.events.register("pre_run_cell", self._before_cell)
        self._shell.events.register("post_run_cell", self._after_cell)
        self._update()

    def end(self) -> None:
        """Observe no more: nodes run the functions that they hold."""
        self._shell.events.unregister("pre_run_cell", self._before_cell)
        self._shell.events.unregister("post_run_cell", self._after_cell)
        if self._definitions is not None:
            self._definitions.update = None

    def _before_cell(self, info: Any) -> None:
        if self._running:  # what is there now is not of this cell
            self._update()
        outer = self._running[-1] if self._running else _Cell(None, "", "")
        source = getattr(info, "transformed_cell", None)
        if source is None:  # before IPython 9
            source = _python(self._shell, info.raw_cell)
        place = f"In [{self._next}]" if info.store_history and not self._running else outer.place
        self._running.append(
            _Cell(info, source, place, info.cell_id or _id_of_request(self._shell) or outer.id)
        )

    def _after_cell(self, result: Any) -> None:
        place = self._place_of(getattr(result, "info", None))
        ended = self._running[place:]
        for cell in ended:
            cell.completed = result is not None and result.success
        self._update()
        self._running = self._running[:place]
        if self._definitions is None:
            self._earlier += ended
        _observed[self._shell] = self._next = self._shell.execution_count

    def _place_of(self, info: Any) -> int:
        """The place of a cell among those that run; behind all of them for one that began unobserved."""
        for place, cell in enumerate(self._running):
            if cell.info is info:
                return place
        last = self._running[-1].info if self._running else None
        # IPython has no info on a cell that was cancelled, or makes it anew.
        is_last = info is None or last is None or last.raw_cell == info.raw_cell
        return max(len(self._running) - is_last, 0)

    def _update(self) -> None:
        """Bring the table up to date with the cells that are running."""
        if "kedro_nb.pipeline" not in sys.modules:  # nothing can be a node yet, and the import takes its time
            return
        from kedro_nb.session.definitions import notebook

        if self._definitions is None:
            self._definitions = notebook
            self._look_back(notebook)
            notebook.update = self._update
        for cell in reversed(self._running):  # the innermost has made what is new
            execution = self._execution_of(cell, notebook)
            execution.completed = cell.completed
            notebook.observe(execution, self._shell.user_ns, _registered_pipelines())

    def _execution_of(self, cell: _Cell, definitions: Definitions) -> CellExecution:
        from kedro_nb.session.definitions import CellExecution

        if cell.execution is None:
            cell.execution = CellExecution(_bindings(self._shell, cell.source), cell.place, cell.id)
            definitions.begin(cell.execution)
        return cell.execution

    def _look_back(self, definitions: Definitions) -> None:
        """What a variable holds was made by the last of the earlier cells that binds it."""
        variables = dict(self._shell.user_ns)
        executions = [self._execution_of(cell, definitions) for cell in self._earlier]
        for cell, each in zip(self._earlier, executions, strict=True):
            each.completed = cell.completed
        running = [self._execution_of(cell, definitions) for cell in self._running]
        makers = {name: each for each in executions for name in each.bindings.names}
        for each in running:
            for name in each.bindings.names:
                makers.pop(name, None)
                variables.pop(name, None)
        for each in executions:
            made = {
                name: variables.pop(name)
                for name in each.bindings.names
                if makers.get(name) is each and name in variables
            }
            definitions.observe(each, made)
        self._earlier = []


def _cells_so_far(shell: Any) -> tuple[list[_Cell], list[_Cell]]:
    """The unobserved cells that have ended, and the one that loads the extension, as far as IPython has kept them."""
    sources = list(shell.history_manager.input_hist_parsed)[1:]
    runs = bool(sources) and "kedro_nb" in sources[-1]
    last = shell.execution_count - 1
    if runs and len(sources) > last:  # the shell's count is ahead within a cell in some versions of IPython
        last += 1
    cells = [
        _Cell(None, source, f"In [{number}]", None, completed=True)
        for number, source in enumerate(sources, start=last - len(sources) + 1)
        if number >= _observed.get(shell, 0)
    ]
    running = [cells.pop()] if runs and cells else []
    for cell in running:
        cell.id, cell.completed = _id_of_request(shell) or None, False
    return cells, running


def _id_of_request(shell: Any) -> str:
    parent: dict[str, Any] = getattr(shell, "get_parent", dict)()
    return str((parent.get("metadata") or {}).get("cellId") or "")


def _registered_pipelines() -> Iterable[Pipeline]:
    from kedro_nb.session import session

    return session().nodes.registered()


def _bindings(shell: Any, source: str) -> Bindings:
    from kedro_nb.session.cells.bindings import Bindings, bindings_of

    try:
        return bindings_of(_statements(shell, source))
    except (SyntaxError, ValueError, RecursionError):  # what cannot be read binds nothing by a `def`
        return Bindings()


def _statements(shell: Any, source: str) -> Iterator[ast.stmt]:
    """The statements of a cell, with those that `%%time` and the like, or `%run`, execute in the notebook."""
    for statement in _parse(source):
        yield statement
        method, words = call_of_shell(getattr(statement, "value", None)) or ("", [])
        if not words:
            continue
        with contextlib.suppress(SyntaxError):  # what is not Python binds nothing here
            if method == "run_cell_magic":
                yield from _statements(shell, _python(shell, words[-1]))
            elif method == "run_line_magic" and words[0] == "run":
                yield from _parse(_script(words[-1]))


def _parse(source: str) -> list[ast.stmt]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # IPython compiles the cell, and warns then
        return ast.parse(source).body


def _python(shell: Any, cell: str) -> str:
    try:
        return str(shell.transform_cell(cell))
    except SyntaxError:
        return ""


def _script(line: str) -> str:
    """The text of the script that a `%run` line names; "" where there is none."""
    words = [word.strip("'\"") for word in line.split() if not word.startswith("-")]
    path = Path(words[0] if words else "").expanduser()
    with contextlib.suppress(OSError, ValueError):
        return (path if path.suffix == ".py" else path.with_suffix(".py")).read_text(encoding="utf-8")
    return ""
