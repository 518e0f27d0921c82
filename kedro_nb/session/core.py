"""The session: the one place where a run starts."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from kedro_nb import project
from kedro_nb.errors import RequestError
from kedro_nb.hooks import create_hook_manager
from kedro_nb.io import DataCatalog
from kedro_nb.io.versioned import generate_timestamp
from kedro_nb.masking import get_logger, remember_catalog, remember_environment, remember_parameters
from kedro_nb.project import PipelineRegistry
from kedro_nb.session import definitions
from kedro_nb.session.cells import SessionNodes
from kedro_nb.session.execution import Execution, GoingOn
from kedro_nb.session.history import History, record_of
from kedro_nb.session.hooks import pipelines_of
from kedro_nb.session.parameters import ParameterEntries, merge
from kedro_nb.session.redefinitions import lines_about
from kedro_nb.session.request import RunRequest
from kedro_nb.session.run import Run
from kedro_nb.session.runners import make_runner
from kedro_nb.session.selection import check_left_out, find_pipeline, select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from kedro_nb.pipeline import Pipeline
    from kedro_nb.runner.monitor import Listener
    from kedro_nb.session.records.compare import Comparison

logger = get_logger(__name__)


class Session:
    """A catalog, pipelines and parameters, and the runs that were made with them.

    Args:
        catalog: where the data is; an empty one by default.
        pipelines: pipelines by name.
        parameters: nested parameters; a run sees them as `parameters` and `params:name`.
        runners: runner classes by name, beside the built-in ones.

    Attributes:
        nodes: the nodes that were defined one by one, by name: `node(function, inputs, outputs)` adds one, also as a
            decorator, and `forget(name)` removes it.
        hook_manager: whose plugins are called; `register` adds to it.
        history: every run that was begun, oldest first.
        durations: how long each node took when it last ran; later runs plan with it.
        parameter_entries: what the catalog holds for the parameters.
        going_on: the runs that have begun and are not over.
    """

    def __init__(
        self,
        catalog: Any = None,
        pipelines: Mapping[str, Pipeline] | None = None,
        parameters: Mapping[str, Any] | None = None,
        runners: Mapping[str, type] | None = None,
    ) -> None:
        self.catalog: Any = DataCatalog() if catalog is None else catalog
        self._pipelines = (
            pipelines if isinstance(pipelines, PipelineRegistry) else PipelineRegistry(pipelines)
        )
        self.parameters: dict[str, Any] = dict(parameters or {})
        self.nodes = SessionNodes(self)
        self.node, self.forget = self.nodes.node, self.nodes.forget
        self.runners: dict[str, type] = dict(runners or {})
        self.hook_manager = create_hook_manager()
        self.history = History()
        self.durations: dict[str, float] = {}
        self._watchers: list[Callable[[Run], object]] = []
        self.parameter_entries = ParameterEntries()
        self.going_on = GoingOn()
        self._naming = threading.Lock()
        self._last_id = ""

    @property
    def pipelines(self) -> PipelineRegistry:
        """The registered pipelines by name; add to it as to a dict."""
        return self._pipelines

    def register(self, *plugins: object) -> None:
        """Have the hooks of these plugins called, and register the pipelines they bring."""
        for plugin in plugins:
            if isinstance(plugin, type):
                raise RequestError(
                    f"Hooks are registered as objects: {plugin.__name__}() instead of {plugin.__name__}."
                )
            if not self.hook_manager.is_registered(plugin):
                self.hook_manager.register(plugin)
                self._pipelines.update(pipelines_of(self.hook_manager, plugin))

    def pipeline(self, names: Sequence[str] = (), extra: Mapping[str, Pipeline] | None = None) -> Pipeline:
        """The pipelines of these names together; the default one without names.

        Args:
            names: in order.
            extra: pipelines found elsewhere, used where none is registered under the name.
        """
        return find_pipeline(names, {**(extra or {}), **self._pipelines})

    def select(self, request: RunRequest, extra: Mapping[str, Pipeline] | None = None) -> Pipeline:
        """The nodes that the request asks for."""
        return select(self.pipeline(request.pipelines, extra), request)

    def put_parameters(self) -> None:
        """Have the catalog hold the session's parameters, as every run does before its first node."""
        self.parameter_entries.put(self.catalog, self.parameters)

    def prepare(
        self,
        request: RunRequest | None = None,
        *,
        catalog: Any = None,
        pipelines: Mapping[str, Pipeline] | None = None,
        runners: Mapping[str, type] | None = None,
        listeners: Iterable[Listener] = (),
    ) -> Run:
        """A run of what is asked for that has not begun: `run.execute()`, or `run.start()` in the background.

        Nodes whose functions the notebook has clearly redefined run the new ones: see `kedro_nb.session.definitions`.

        Args:
            request: what to run and how; everything by default.
            catalog: used instead of the session's.
            pipelines: pipelines found elsewhere, used where none is registered under the name.
            runners: runner classes found elsewhere, in the same way.
            listeners: called with every event of the run.

        Raises:
            RequestError: the request does not fit.
        """
        request = request or RunRequest()
        catalog = self.catalog if catalog is None else catalog
        whole = self.pipeline(request.pipelines, pipelines)
        chosen = select(whole, request)
        check_left_out(whole, chosen, catalog)
        pipeline, redefined = definitions.notebook.resolve(chosen)
        runner = make_runner(request, {**(runners or {}), **self.runners})
        parameters = merge(self.parameters, request.params)
        remember_parameters({**parameters, **request.runner_params})
        remember_environment()
        remember_catalog(catalog)
        work = Execution(self, runner, catalog)
        run = Run(self._new_id(), request, pipeline, parameters, work, self.durations, listeners)
        run.redefined = redefined
        run.expected = self.history.expected(run)
        if catalog is not self.catalog:
            run.options = None
        return run

    def _new_id(self) -> str:
        """The time, to the millisecond; runs made within one follow each other."""
        with self._naming:
            while (name := generate_timestamp()) == self._last_id:
                time.sleep(0.0005)
            self._last_id = name
            return name

    def run(self, request: RunRequest | None = None, **options: Any) -> Run:
        """Prepare a run (see there for the arguments) and carry it out, here and to its end.

        Returns:
            The run, which holds the error when it has failed: `run.result()` raises it.

        Raises:
            RequestError: the request does not fit, or another run is in the way; nothing was run.
        """
        run = self.prepare(request, **options)
        for line in lines_about(run.redefined):
            logger.warning(line)
        return run.execute()

    def when_a_run_begins(self, call: Callable[[Run], object]) -> Callable[[], None]:
        """Have something called with every run that begins; the function that is returned ends that."""
        self._watchers.append(call)
        return lambda: self._watchers.remove(call)

    def tell_of(self, run: Run) -> None:
        """A run begins."""
        for call in tuple(self._watchers):
            try:
                call(run)
            except Exception:
                logger.exception("Somebody who was told of %r has failed", run)

    def compare(self, before: object, after: object) -> Comparison:
        """What differs between two runs: parameters, code, times, data.

        Args:
            before: one run: its number in the history, counted from the end if negative, its id or a part of it.
            after: the other.

        Raises:
            RequestError: there is no such run.
        """
        from kedro_nb.session.records.compare import compare

        one, other = self.history.find(before), self.history.find(after)
        labels = str(self.history.number(one)), str(self.history.number(other))
        return compare(record_of(one), record_of(other), self.history.code, labels)


def is_catalog(value: Any) -> bool:
    """Whether it can stand where a catalog does. Only its class is looked at: variables are anything."""
    methods = ("load", "save", "exists", "keys", "__getitem__")
    return all(hasattr(type(value), name) for name in methods)


_current: Session | None = None


def session() -> Session:
    """The session of this process, made when first asked for."""
    return _current or set_session(Session(pipelines=project.pipelines.registry))


def set_session(new: Session) -> Session:
    """Make `new` the session of this process; `kedro_nb.project.pipelines` follows it."""
    global _current  # noqa: PLW0603 - there is one per process
    _current = new
    project.pipelines.registry = new.pipelines
    return new
