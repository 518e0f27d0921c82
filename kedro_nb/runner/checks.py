"""What is said before the first node runs: wrong arguments, unknown inputs, inputs without data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_nb.errors import DatasetError, did_you_mean
from kedro_nb.io.marks import is_single_process, lacks_data
from kedro_nb.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kedro_nb.runner.executors import Executor


def check_arguments(pipeline: Any, catalog: Any, hook_manager: Any) -> None:
    """Tell what `run` was given where a pipeline, a catalog or a hook manager is meant.

    Raises:
        TypeError: one of them is something else.
    """
    if not isinstance(pipeline, Pipeline):
        kind = type(pipeline)
        if kind.__module__.startswith("kedro."):
            advice = f"This {kind.__name__} is Kedro's own: import it from kedro_nb.pipeline."
        elif isinstance(catalog, Pipeline):
            advice = "The pipeline comes first and the catalog second."
        else:
            advice = "Make one of nodes with: pipeline([node(...), ...])."
        raise TypeError(f"A runner runs a Pipeline, and not a '{kind.__name__}'. {advice}")
    if not (hasattr(catalog, "load") and hasattr(catalog, "save")):
        raise TypeError(
            f"A runner takes its data from a DataCatalog, and not from a '{type(catalog).__name__}'. "
            "Make one of data with: DataCatalog({'name': data, ...})."
        )
    if hook_manager is not None and not hasattr(hook_manager, "hook"):
        raise TypeError(
            f"A '{type(hook_manager).__name__}' is no hook manager. Make one of your hooks with: "
            "kedro_nb.hooks.create_hook_manager(hooks)."
        )


def check_names(pipeline: Pipeline, catalog: Any) -> None:
    """Tell which inputs the catalog does not know.

    Raises:
        ValueError: there are some.
    """
    if unknown := sorted(name for name in pipeline.inputs() if name not in catalog):
        names = ", ".join(map(repr, unknown))
        raise ValueError(
            f"Pipeline input(s) {{{names}}} not found in the {type(catalog).__name__}"
            f"{did_you_mean(unknown[0], catalog)}. {_save_first(unknown[0])}"
        )


def check_data(pipeline: Pipeline, catalog: Any) -> None:
    """Tell which input in memory nobody has saved; without this it would show in the middle of the run.

    Raises:
        DatasetError: there is one.
    """
    for name in sorted(pipeline.inputs()):
        dataset = catalog.get(name)
        if lacks_data(dataset):
            raise DatasetError(
                f"Data for {type(dataset).__name__} has not been saved yet. "
                f"'{name}' is an input of the pipeline. {_save_first(name)}"
            )


def check_async(pipeline: Pipeline) -> None:
    """Tell which nodes cannot be run with their data loaded ahead and saved behind.

    Raises:
        ValueError: there are generator functions.
    """
    if streaming := [node.name for node in pipeline.nodes if node.is_generator]:
        raise ValueError(
            "Async data loading and saving does not work with nodes wrapping generator functions: "
            f"{', '.join(streaming)}. Run without async, or return the data instead of yielding it."
        )


def check_workers(count: Any) -> None:
    """Tell when a number of workers is given that is none.

    Raises:
        ValueError: it is not whole, or not positive.
    """
    if count is not None and (not isinstance(count, int) or count <= 0):
        raise ValueError(f"max_workers should be positive, and a whole number: not {count!r}")


def check_executor(given: Any, runner: object) -> Executor | None:
    """Tell when what a runner's `_get_executor` gave cannot run tasks; give it back if it is one of ours.

    Raises:
        TypeError: it is no executor, or one of other processes.
    """
    if all(hasattr(given, method) for method in ("begin", "submit", "wait", "drop", "close", "slots")):
        executor: Executor = given
        return executor
    name = type(runner).__name__
    if any(base.__name__ == "ProcessPoolExecutor" for base in type(given).__mro__):
        raise TypeError(
            f"{name} gave a ProcessPoolExecutor, and other processes do not see the catalog of this one. "
            "Give a ThreadPoolExecutor, or an executor of kedro_nb.runner.executors."
        )
    if not (callable(getattr(given, "submit", None)) and callable(getattr(given, "shutdown", None))):
        raise TypeError(f"{name}._get_executor gave a '{type(given).__name__}', which is no executor.")
    return None


def _save_first(name: str) -> str:
    word = f'"{name}"' if " " in name else name
    return f"Save it first: catalog['{name}'] = data, or %kedro_save {word} data in a notebook."


def check_single_process(datasets: Iterable[tuple[str, Any]]) -> None:
    """Tell which dataset other processes cannot use.

    Raises:
        DatasetError: there is one.
    """
    for name, dataset in datasets:
        if is_single_process(dataset):
            raise DatasetError(
                f"'{name}' ({type(dataset).__name__}) works in one process only. Run with ThreadRunner."
            )
