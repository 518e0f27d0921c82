"""What is said of a run and its nodes, in words: the same in HTML and in plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from kedro_nb.notebook.drawing.graph import labels
from kedro_nb.notebook.drawing.palette import STATES, WORDS
from kedro_nb.session.display import bytes_text, count_text, seconds_text
from kedro_nb.session.progress import most_telling

if TYPE_CHECKING:
    from kedro_nb.runner.measures import Measured
    from kedro_nb.session import NodeProgress, RunProgress

MOST_ROWS = 20
_DRY = "DryRunner"  # ours, or the one that users write after Kedro's pages
_NAMED = 3  # nodes at work in the head line
_SIGNS = {"finished": "done", "running": "running", "failed": "failed", "cancelled": "cancelled"}

_labels: WeakKeyDictionary[RunProgress, dict[str, str]] = WeakKeyDictionary()


def label_of(node: NodeProgress, progress: RunProgress) -> str:
    """What to call it: as the graph does, without the hash of a default name."""
    if progress not in _labels:
        if progress.pipeline is None:
            return node.name
        _labels[progress] = labels(progress.pipeline)
    return _labels[progress].get(node.name, node.name)


def state_of(node: NodeProgress) -> str:
    """A node that an interrupt has struck did not fail."""
    return "cancelled" if isinstance(node.error, KeyboardInterrupt) else node.state


def run_look(state: str) -> tuple[str, str]:
    """Sign and colour for the state of a whole run."""
    look = STATES[_SIGNS.get(state, "waiting")]
    return look.sign, look.strong


def summary(progress: RunProgress, expected: float | None = None, *, stopping: bool = False) -> str:
    """How far the run is, or how it ended, in one line."""
    done = f"{progress.done} of {count_text(progress.total, 'node')}"
    if progress.state in {"waiting", "running"}:
        return _while_it_runs(progress, done, expected, stopping=stopping)
    took = seconds_text(progress.elapsed)
    if progress.state == "finished":
        return _finished(progress, done, took)
    ended = [node for node in list(progress.nodes.values()) if node.state in {"failed", "cancelled"}]
    how = "Stopped" if progress.state == "cancelled" else "Failed"
    where = f" at {label_of(ended[0], progress)}" if ended else ""
    return f"{how}{where} after {took}: {progress.done} of {progress.total} done"


def _while_it_runs(progress: RunProgress, done: str, expected: float | None, *, stopping: bool) -> str:
    time = f"{progress.elapsed:.1f} s" + (f" of about {seconds_text(expected)}" if expected else "")
    if stopping:
        done = f"Stopping… {done}"
    active = progress.active
    names = ", ".join(_at_work(node, progress) for node in active[:_NAMED])
    more = f" and {len(active) - _NAMED} more" if len(active) > _NAMED else ""
    return f"{done}, {time}" + (f" – running {names}{more}" if names else "")  # noqa: RUF001 - a dash


def _at_work(node: NodeProgress, progress: RunProgress) -> str:
    """A running node, with whole seconds: more would flicker."""
    label = label_of(node, progress)
    return f"{label} ({node.seconds:.0f} s)" if node.seconds >= 1 else label


def _finished(progress: RunProgress, done: str, took: str) -> str:
    skipped = sum(node.state == "skipped" for node in progress.nodes.values())
    if skipped == progress.total > 0:
        return f"Nothing to run: {count_text(skipped, 'node')} skipped, no stored output is missing"
    if not progress.told_of_nodes:
        dry = progress.runner == _DRY  # any other does its work by itself
        return f"{progress.runner}: nothing was executed" if dry else f"{progress.runner} took {took}"
    return f"{done} in {took} with {progress.runner}"


def rows_of(progress: RunProgress) -> tuple[list[NodeProgress], str]:
    """The nodes to show and a word about the others: of many the failed, those at work and the slowest."""
    nodes = list(progress.nodes.values())
    running = progress.state == "running"
    if not running and not progress.told_of_nodes:
        return [], ""
    if len(nodes) <= MOST_ROWS:
        return nodes, ""
    begun = [node for node in nodes if node.state not in {"waiting", "skipped"}] if running else nodes
    at_work = {node.name for node in begun if node.active}
    others = most_telling(
        [node for node in begun if node.name not in at_work], max(MOST_ROWS - len(at_work), 0)
    )
    chosen = at_work | {node.name for node in others}
    shown = [node for node in begun if node.name in chosen][:MOST_ROWS]
    return shown, _about_the_others(nodes, shown)


def _about_the_others(nodes: list[NodeProgress], shown: list[NodeProgress]) -> str:
    named = {node.name for node in shown}
    others = [node for node in nodes if node.name not in named]
    waiting = sum(node.state == "waiting" for node in others)
    told = len(others) - waiting
    quicker = f"{count_text(told, 'more node')} that took less" if told else ""
    waits = f"{count_text(waiting, 'node' if quicker else 'more node')} not begun" if waiting else ""
    return f"and {', '.join(filter(None, (quicker, waits)))}" if others else ""


def time_of(node: NodeProgress, *, over: bool = False) -> str:
    """How long it took, or what became of it; when the run is over nothing waits any more."""
    state = state_of(node)
    if state == "done":
        return seconds_text(node.seconds)
    if node.active:
        return f"{node.state} {node.seconds:.1f} s"
    word = "not run" if over and state == "waiting" else WORDS.get(state, state)
    return word if node.started is None else f"{word} after {seconds_text(node.seconds)}"


def size_text(measured: Measured) -> str:
    """150 × 4, 4.8 KB."""  # noqa: RUF002 - the sign for sizes
    shape = " × ".join(map(str, measured.shape))  # noqa: RUF001 - the sign for sizes
    size = "" if measured.bytes is None else bytes_text(measured.bytes)
    return ", ".join(filter(None, (shape, size)))
