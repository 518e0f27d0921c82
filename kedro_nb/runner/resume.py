"""Going on: after a run that did not end, and from what earlier runs have stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_nb.exceptions import add_note
from kedro_nb.io.marks import is_in_memory
from kedro_nb.pipeline import Pipeline
from kedro_nb.runner.plan import Plan, nodes_to_resume, nodes_with_missing_outputs

if TYPE_CHECKING:
    import logging

    from kedro_nb.pipeline import Node
    from kedro_nb.runner.events import ResumeHint
    from kedro_nb.runner.loop import RunLoop
    from kedro_nb.runner.task import Task


def resume_hint(loop: RunLoop, logger: logging.Logger) -> ResumeHint | None:
    """Where to go on, in this session and in a new process; the latter is logged, in Kedro's words."""
    from kedro_nb.runner.events import ResumeHint

    plan, dataset = loop.plan, loop.context.dataset
    left = len(plan.nodes) - len(loop.done)
    if not left:
        return None

    def stored(name: str) -> bool:
        return not is_in_memory(dataset(name))

    here = nodes_to_resume(plan, loop.done, lasts=lambda name: stored(name) or bool(dataset(name).exists()))
    anew = nodes_to_resume(plan, loop.done, lasts=stored)
    if loop.done:
        logger.warning(
            "There are %d nodes that have not run.\nYou can resume the pipeline run from the nearest nodes with "
            'persisted inputs by adding the following argument to your previous command:\n  --from-nodes "%s"',
            left,
            ",".join(anew),
        )
    else:
        logger.warning("No nodes ran. Repeat the previous command to attempt a new run.")
    for task in loop.failed:
        _tell_lent(task)
    return ResumeHint(tuple(here), tuple(anew), left)


def _tell_lent(task: Task) -> None:
    """Let the error say which inputs the failed function had without a copy, so that it may have changed them."""
    if task.error is not None and task.lent and task.doing != "load":
        add_note(
            task.error,
            f"It had {', '.join(sorted(task.lent.values()))} without a copy: if it changes them in place, run again "
            "from the node that makes them.",
        )


def leave_out_existing(
    pipeline: Pipeline, catalog: Any, logger: logging.Logger
) -> tuple[Pipeline, list[Node]]:
    """The part of the pipeline that has something to write, and the nodes that are left out."""

    def ephemeral(name: str) -> bool:
        return name not in catalog or is_in_memory(catalog.get(name))

    plan = Plan(pipeline)
    needed = nodes_with_missing_outputs(
        plan,
        is_missing=lambda name: not ephemeral(name) and not catalog.exists(name),
        is_stored=lambda name: not ephemeral(name) and catalog.exists(name),
    )
    skipped = [plan.nodes[position] for position in plan.sequence if position not in needed]
    if not needed and skipped:
        logger.info("Skipping all %d nodes (all persistent outputs exist)", len(plan.nodes))
        return Pipeline([]), skipped
    if skipped:
        names = ", ".join(sorted(node.name for node in skipped))
        logger.info("Skipping %d nodes with existing outputs: %s", len(skipped), names)
    logger.info("Running %d out of %d nodes", len(needed), len(plan.nodes))
    if not skipped:
        return pipeline, []
    return Pipeline([plan.nodes[position] for position in sorted(needed)]), skipped
