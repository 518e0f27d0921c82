"""A node on its way through a run, and what all nodes of the run share. The work itself is in `steps`."""

from __future__ import annotations

import logging
import time
from contextlib import nullcontext
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kedro_nb.hooks import TaskHooks
from kedro_nb.io import DataCatalog
from kedro_nb.io.catalog import logger as io_logger
from kedro_nb.io.memory import methods_are_ours

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from types import ModuleType

    import pluggy

    from kedro_nb.pipeline import Node
    from kedro_nb.runner.events import NodeEvent
    from kedro_nb.runner.measures import Measured, Sizes
    from kedro_nb.runner.monitor import Monitor
    from kedro_nb.runner.peak_memory import PeakMemory
    from kedro_nb.runner.plan import Plan
    from kedro_nb.runner.prints import Capture

_NOWHERE: AbstractContextManager[None] = nullcontext()
_CATALOG = ("load", "save", "get", "release", "__getitem__")

node_logger = logging.getLogger("kedro_nb.pipeline.node")


class Task:
    """One node on its way through a run.

    Attributes:
        position: the node's place in the plan.
        rank: the less, the earlier it should run.
        written: outputs, without their formats, that can be read since the loop last asked; None means all.
        finished: nothing of the node is left to do.
        error: what was raised, if anything.
        load, call, save: seconds spent on each part.
        lent: inputs that were passed without a copy, by the id of the value.
        doing: the part that is under way, for the error message: "load", "call" or "save", and of which dataset.
        peak: the most memory that the process had meanwhile, if that is measured.
        data: what was measured of inputs and outputs, by name.
    """

    # On the class, as a run makes one task per node and most of these stay as they are.
    written: Sequence[str] | None = None
    finished = False
    error: BaseException | None = None
    lent: Mapping[int, str] = MappingProxyType({})
    load = call = save = 0.0
    doing = "load"
    dataset = ""
    peak: int | None = None
    data: Mapping[str, Measured] = MappingProxyType({})

    def __init__(self, position: int, node: Node, rank: Any = 0) -> None:
        self.position = position
        self.node = node
        self.rank = rank


class TaskContext:
    """What all tasks of one run share.

    Attributes:
        dataset: finds a dataset by name.
        hooks: the hooks around a node.
        lends: tells whether a node may have an input without a copy, because nobody reads it afterwards.
        events: the module of event records when somebody listens, else None.
        adopts: outputs may be kept without a copy; not so when a hook gets to see them after they are saved.
        watched: somebody follows the data: a hook, the log, or a catalog with ways of its own.
        sizes, memory: tell how large data is and how much memory nodes take, when somebody wants to know.
        prints: takes what nodes print while the run goes on, when somebody wants it.
    """

    def __init__(
        self,
        plan: Plan | None,
        catalog: Any,
        hook_manager: pluggy.PluginManager | None,
        monitor: Monitor,
        run_id: str | None,
        *,
        is_async: bool = False,
    ) -> None:
        ours = methods_are_ours()
        self.lends = plan.is_last_read if plan is not None and monitor.lends and ours else _never
        self.catalog = catalog
        self.monitor = monitor
        self.run_id = run_id
        self.is_async = is_async
        # One with ways of its own is asked for everything.
        self.own_catalog = all(
            getattr(catalog, name, None) == getattr(DataCatalog, name).__get__(catalog) for name in _CATALOG
        )
        self.dataset: Callable[[str], Any] = catalog.built if self.own_catalog else catalog.__getitem__
        self.plugins: list[object] = []  # in the order in which they were registered
        if hook_manager is not None:
            self.plugins = [plugin for _, plugin in hook_manager.list_name_plugin() if plugin is not None]
        self.hooks = TaskHooks(hook_manager)
        self.adopts = ours and self.hooks.after_dataset_saved is None
        self.events: ModuleType | None = None
        if monitor.listeners:
            from kedro_nb.runner import events

            self.events = events
        self.sizes: Sizes | None = None
        self.memory: PeakMemory | None = None
        if monitor.listeners and monitor.measures:
            from kedro_nb.runner.measures import Sizes
            from kedro_nb.runner.peak_memory import peak_memory

            self.sizes, self.memory = Sizes(), peak_memory()
        self.prints: Capture | None = None
        self.hooked = bool(self.hooks)
        self.watched = self.hooked or not self.own_catalog or io_logger.isEnabledFor(logging.INFO)
        self.logs_nodes = node_logger.isEnabledFor(logging.INFO)

    def release(self, name: str) -> None:
        """Drop what a dataset holds."""
        if self.own_catalog:
            self.dataset(name).release()
        else:
            self.catalog.release(name)

    def tell(self, event: type[NodeEvent], task: Task, *details: Any) -> None:
        """Tell the listeners what happened to a task."""
        self.monitor.emit(event(time.time(), task.node, *details))

    def capture(self) -> AbstractContextManager[object]:
        """A context for a whole run, in which what nodes print is taken if the monitor wants it."""
        if not (self.monitor.captures and self.monitor.listeners):
            return _NOWHERE
        from kedro_nb.runner.prints import Capture

        self.prints = Capture(self.monitor)
        return self.prints

    def printing(self, node: Node) -> AbstractContextManager[object]:
        """A context in which what is printed is the node's, if prints are captured."""
        return _NOWHERE if self.prints is None else self.prints.node(node)


def _never(_name: str) -> bool:
    return False
