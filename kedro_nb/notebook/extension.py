"""`%load_ext kedro_nb`: what IPython gets from us, and how all of it is taken back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from kedro_nb.notebook.completion import matcher_for
from kedro_nb.notebook.definitions import CellObserver
from kedro_nb.notebook.magics import CELL, LINE, KedroMagics
from kedro_nb.notebook.node_deletion import DeletedCells

if TYPE_CHECKING:
    from collections.abc import Callable

    from kedro_nb.pipeline import Pipeline
    from kedro_nb.session import Run
    from kedro_nb.session.records.compare import Comparison

_loaded: WeakKeyDictionary[Any, Callable[[], None]] = WeakKeyDictionary()


def load_ipython_extension(shell: Any) -> None:
    """Give the shell our magics, completion, and the looks of pipelines and errors. Once is enough."""
    if shell in _loaded:
        return
    manager = shell.magics_manager
    magics = KedroMagics(shell)
    for kind, names in (("line", LINE), ("cell", CELL)):
        for name in names:
            manager.register_function(getattr(magics, name), kind, name)
    matcher = matcher_for(shell)
    shell.Completer.custom_matchers.append(matcher)
    formatter = shell.display_formatter.mimebundle_formatter
    for (module, cls), draw in _LOOKS.items():
        formatter.for_type_by_name(module, cls, draw)
    shows_errors = not shell.custom_exceptions  # there is one place for it, and who comes first has it
    if shows_errors:
        shell.set_custom_exc((Exception, BaseExceptionGroup), _show_cell_error)
    handler = shell.CustomTB
    deleted = DeletedCells(shell)
    shell.events.register("pre_run_cell", deleted.before_cell)
    observer = CellObserver(shell)
    observer.begin()

    def unload() -> None:
        for kind, names in (("line", LINE), ("cell", CELL)):
            for name in names:
                manager.magics[kind].pop(name, None)
                vars(manager.user_magics).pop(name, None)
        shell.Completer.custom_matchers.remove(matcher)
        shell.events.unregister("pre_run_cell", deleted.before_cell)
        observer.end()
        _forget_looks(formatter)
        if shows_errors and shell.CustomTB == handler:
            shell.set_custom_exc((), None)
        _close_panels()
        _end_processes()

    _loaded[shell] = unload


def unload_ipython_extension(shell: Any) -> None:
    """Leave the shell as it was."""
    unload = _loaded.pop(shell, None)
    if unload is not None:
        unload()


def _show_cell_error(*about: Any, **more: Any) -> None:
    from kedro_nb.notebook.errors import show_cell_error

    show_cell_error(*about, **more)


def _draw(pipeline: Pipeline) -> dict[str, str]:
    from kedro_nb.notebook.drawing import draw_mimebundle

    return draw_mimebundle(pipeline)


def _draw_comparison(comparison: Comparison) -> dict[str, str]:
    from kedro_nb.notebook.compare_table import comparison_bundle

    return comparison_bundle(comparison)


def _draw_run(run: Run) -> dict[str, Any]:
    """The record of a run that is over. One that goes on is drawn by its own cell: what is shown here would stay."""
    if not run.over:
        return {"text/plain": f"<Run {run.id}: result() waits for it, cancel() stops it>"}
    from kedro_nb.notebook.live import bundle

    return bundle(run)


# By name: a notebook without pipelines need not import them.
_LOOKS = {
    ("kedro_nb.pipeline.pipeline", "Pipeline"): _draw,
    ("kedro_nb.session.records.compare", "Comparison"): _draw_comparison,
    ("kedro_nb.session.run", "Run"): _draw_run,
}


def _close_panels() -> None:
    module = sys.modules.get("kedro_nb.notebook.panel.panel")  # where there is none, nobody had a panel
    if module is not None:
        module.Panel.close_all_panels()


def _end_processes() -> None:
    pool = sys.modules.get("kedro_nb.runner.executors.pool")  # where ParallelRunner was used, some wait there
    if pool is not None:
        pool.shut_down()


def _forget_looks(formatter: Any) -> None:
    for name in _LOOKS:
        formatter.deferred_printers.pop(name, None)
    ours = [cls for cls, printer in formatter.type_printers.items() if printer in _LOOKS.values()]
    for cls in ours:
        del formatter.type_printers[cls]
