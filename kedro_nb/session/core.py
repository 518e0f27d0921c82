"""The session: the one place where a run starts."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from kedro_nb import project
from kedro_nb.errors import DatasetError, RequestError
from kedro_nb.hooks import create_hook_manager
from kedro_nb.io import DataCatalog
from kedro_nb.io.versioned import generate_timestamp
from kedro_nb.project import PipelineRegistry
from kedro_nb.runner.failure import user_frames
from kedro_nb.session.hooks import RunHooks, pipelines_of
from kedro_nb.session.parameters import WHOLE, ParameterEntries, check_parameters, merge, warn_of_unread
from kedro_nb.session.request import RunRequest
from kedro_nb.session.run import Run
from kedro_nb.session.runners import make_runner
from kedro_nb.session.selection import check_left_out, find_pipeline, select

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kedro_nb.pipeline import Pipeline
    from kedro_nb.runner import AbstractRunner
    from kedro_nb.runner.monitor import Listener


class Session:
    """A catalog, pipelines and parameters, and the runs that were made with them.

    Args:
        catalog: where the data is; an empty one by default.
        pipelines: pipelines by name.
        parameters: nested parameters; a run sees them as `parameters` and `params:name`.
        runners: runner classes by name, beside the built-in ones.

    Attributes:
        hook_manager: whose plugins are called; `register` adds to it.
        history: every run that was started, oldest first.
        durations: how long each node took when it last ran; later runs plan with it.
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
        self.runners: dict[str, type] = dict(runners or {})
        self.hook_manager = create_hook_manager()
        self.history: list[Run] = []
        self.durations: dict[str, float] = {}
        self._entries = ParameterEntries()
        self._busy = threading.Lock()

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
        self._entries.put(self.catalog, self.parameters)

    def run(
        self,
        request: RunRequest | None = None,
        *,
        catalog: Any = None,
        pipelines: Mapping[str, Pipeline] | None = None,
        runners: Mapping[str, type] | None = None,
        listeners: Iterable[Listener] = (),
    ) -> Run:
        """Run what is asked for, here and to its end.

        Args:
            request: what to run and how; everything by default.
            catalog: used instead of the session's.
            pipelines: pipelines found elsewhere, used where none is registered under the name.
            runners: runner classes found elsewhere, in the same way.
            listeners: called with every event of the run.

        Returns:
            The run, which holds the error when it has failed: `run.result()` raises it.

        Raises:
            RequestError: the request does not fit; nothing was run.
        """
        request = request or RunRequest()
        catalog = self.catalog if catalog is None else catalog
        whole = self.pipeline(request.pipelines, pipelines)
        pipeline = select(whole, request)
        runner = make_runner(request, {**(runners or {}), **self.runners})
        if not self._busy.acquire(blocking=False):
            raise RequestError(
                f"A session runs one pipeline at a time, and {self._going_on()} is still going on: wait for it, or "
                "cancel it. A node that is to run a pipeline takes a runner and a catalog of its own for it: "
                "SequentialRunner().run(pipeline, DataCatalog({...}))."
            )
        own_versions = dict(getattr(catalog, "load_versions", {}))
        try:
            run = Run(generate_timestamp(), request, pipeline, self.durations, listeners)
            self._prepare(run, catalog, own_versions)
            check_left_out(whole, pipeline, catalog)
            if self.history:
                self.history[-1].forget_frames()
            self.history.append(run)
            self._run(run, runner, catalog)
        finally:
            # Whoever looks at the catalog now, and the next run, sees nothing of this request.
            self.put_parameters()
            _use_versions(catalog, own_versions, None)
            self._busy.release()
        return run

    def _going_on(self) -> str:
        # A run that is only just being prepared is not in the history yet.
        return next((repr(run) for run in self.history[-1:] if run.state == "running"), "a run")

    def _prepare(self, run: Run, catalog: Any, own_versions: Mapping[str, str]) -> None:
        """Let the catalog know the parameters and versions of this run."""
        request = run.request
        if request.load_versions and not hasattr(catalog, "use_versions"):
            raise RequestError(f"A {type(catalog).__name__} cannot be told which versions to load.")
        warn_of_unread(request.params, self.parameters, run.pipeline)
        parameters = merge(self.parameters, request.params)
        self._entries.put(catalog, parameters, even_if_empty=WHOLE in run.pipeline.inputs())
        _use_versions(catalog, {**own_versions, **request.load_versions}, run.id)

    def _run(self, run: Run, runner: AbstractRunner, catalog: Any) -> None:
        """Run, with the hooks around it; whatever happens is kept in the run."""
        hooks = RunHooks(self.hook_manager, run, catalog, merge(self.parameters, run.request.params))
        try:
            hooks.before()
            check_parameters(run.pipeline, catalog)
            try:
                result = runner.run(
                    run.pipeline,
                    catalog,
                    self.hook_manager,
                    run.id,
                    run.request.only_missing_outputs,
                    monitor=run.monitor,
                )
            except Exception as error:
                hooks.failed(error)
                raise
            hooks.after(result)
        except BaseException as error:  # noqa: BLE001 - the run holds it, for whoever asks for its result
            run.end(None, error.with_traceback(user_frames(error.__traceback__)))
        else:
            run.end(result)


def is_catalog(value: Any) -> bool:
    """Whether it can stand where a catalog does. Only its class is looked at: variables are anything."""
    methods = ("load", "save", "exists", "keys", "__getitem__")
    return all(hasattr(type(value), name) for name in methods)


def _use_versions(catalog: Any, load_versions: Mapping[str, str], save_version: str | None) -> None:
    if hasattr(catalog, "use_versions"):
        try:
            catalog.use_versions(load_versions, save_version)
        except DatasetError as error:
            raise RequestError(f"{error} (--load-versions)") from error


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
