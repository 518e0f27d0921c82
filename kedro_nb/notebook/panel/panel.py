"""The panel: choose, run, watch, look at data. Every control is a trait that code can read, set and observe."""

from __future__ import annotations

import contextlib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakSet

import anywidget
from IPython.core.getipython import get_ipython
from traitlets import Bool, Dict, List, TraitError, Unicode, observe, validate

from kedro_nb.errors import RequestError, did_you_mean
from kedro_nb.notebook.panel import contents
from kedro_nb.notebook.panel.fields import nested
from kedro_nb.notebook.panel.following import Following
from kedro_nb.notebook.panel.graph import graph_data, names_of
from kedro_nb.notebook.panel.previews import preview
from kedro_nb.notebook.workspace import pipelines_in, runners_in, use_functions_as_defined_now
from kedro_nb.session import RunRequest
from kedro_nb.session import session as current_session
from kedro_nb.session.line import command_line
from kedro_nb.session.selection import FILTERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_nb.pipeline import Pipeline
    from kedro_nb.session import Run, Session

_STATIC = Path(__file__).parent.parent / "static"
_CHOICES = (
    "pipeline",
    "runner",
    "runner_params",
    "is_async",
    "only_missing_outputs",
    "params",
    *FILTERS,
)


class Panel(anywidget.AnyWidget):
    """Steers a session from the notebook. Panels of one session agree.

    Args:
        session: the one to steer; the current one by default.

    Attributes:
        pipeline, runner, runner_params, is_async, only_missing_outputs: what to run, and how.
        tags, node_names, from_nodes, to_nodes, from_inputs, to_outputs, namespaces: the slice.
        params: values of parameters for the next run, by dotted key, where they differ from the session's.
        problem: why these choices cannot run; empty when they can.
        command: the line for a cell that gives the same run.
        chosen: the nodes that will run.
        state: "idle", "running" or "stopping"; `states` has each node's.
        dataset: the one to look at; `preview` shows it.
        compared: two runs of the history, by number; `comparison` shows what differs.
    """

    _esm = _STATIC / "panel.js"
    _panels: ClassVar[WeakSet[Panel]] = WeakSet()

    # What there is to choose from.
    pipelines: Any = List(Unicode()).tag(sync=True)
    runners: Any = List(Dict()).tag(sync=True)
    names: Any = Dict().tag(sync=True)
    graph: Any = Dict().tag(sync=True)
    fields: Any = List(Dict()).tag(sync=True)
    datasets: Any = List(Dict()).tag(sync=True)
    variables: Any = List(Unicode()).tag(sync=True)
    runs: Any = List(Dict()).tag(sync=True)
    # What is chosen.
    pipeline: Any = Unicode("").tag(sync=True)
    runner: Any = Unicode("SequentialRunner").tag(sync=True)
    runner_params: Any = Dict().tag(sync=True)
    is_async: Any = Bool(default_value=False).tag(sync=True)
    only_missing_outputs: Any = Bool(default_value=False).tag(sync=True)
    tags: Any = List(Unicode()).tag(sync=True)
    node_names: Any = List(Unicode()).tag(sync=True)
    from_nodes: Any = List(Unicode()).tag(sync=True)
    to_nodes: Any = List(Unicode()).tag(sync=True)
    from_inputs: Any = List(Unicode()).tag(sync=True)
    to_outputs: Any = List(Unicode()).tag(sync=True)
    namespaces: Any = List(Unicode()).tag(sync=True)
    params: Any = Dict().tag(sync=True)
    dataset: Any = Unicode("").tag(sync=True)
    compared: Any = List().tag(sync=True)
    # What comes of it.
    problem: Any = Unicode("").tag(sync=True)
    command: Any = Unicode("").tag(sync=True)
    chosen: Any = List(Unicode()).tag(sync=True)
    state: Any = Unicode("idle").tag(sync=True)
    blocking: Any = Bool(default_value=False).tag(sync=True)
    states: Any = Dict().tag(sync=True)
    live: Any = Unicode("").tag(sync=True)
    preview: Any = Dict().tag(sync=True)
    comparison: Any = Unicode("").tag(sync=True)
    message: Any = Unicode("").tag(sync=True)

    def __init__(self, session: Session | None = None, **traits: Any) -> None:
        super().__init__(**traits)
        self.session = session or current_session()
        self._setting = False
        self._shown: Pipeline | None = None
        self._following = Following(self)
        for other in self._siblings():
            with self._quietly():
                for name in _CHOICES:
                    if name not in traits:
                        setattr(self, name, getattr(other, name))
        Panel._panels.add(self)
        self.on_msg(self._take_message)
        self.refresh()

    # ------------------------------------------------------------------ what there is

    @property
    def _variables(self) -> dict[str, Any]:
        shell = get_ipython()
        return {} if shell is None else shell.user_ns

    def refresh(self) -> None:
        """Look again at what the notebook has: pipelines, runners, datasets, parameters, runs."""
        if not hasattr(self, "_following"):
            return
        variables = self._variables
        with self.hold_sync():
            self.pipelines = contents.pipeline_names(self.session, variables)
            self.runners = contents.runners(self.session, variables)
            self.datasets = contents.datasets(self.session)
            self.variables = contents.variable_names(variables)
            self.runs = contents.runs(self.session)
            self._choose()

    @observe(*_CHOICES)
    def _on_choice(self, change: Any) -> None:
        if not hasattr(self, "_following") or self._setting:
            return
        with self.hold_sync():
            self._choose()
        for other in self._siblings():
            with other._quietly(), other.hold_sync():  # noqa: SLF001 - another panel
                setattr(other, change.name, change.new)
                other._choose()  # noqa: SLF001 - the same

    def _siblings(self) -> Iterator[Panel]:
        return (panel for panel in list(Panel._panels) if panel is not self and panel.session is self.session)

    @contextlib.contextmanager
    def _quietly(self) -> Iterator[None]:
        self._setting, before = True, self._setting
        try:
            yield
        finally:
            self._setting = before

    @validate("runner")
    def _check_runner(self, proposal: Any) -> str:
        known = [each["name"] for each in self.runners]
        if known and proposal.value not in known and "." not in proposal.value:
            raise TraitError(f"There is no runner '{proposal.value}'{did_you_mean(proposal.value, known)}.")
        return str(proposal.value)

    # ------------------------------------------------------------------ what is chosen

    @property
    def request(self) -> RunRequest:
        """What is asked for, as a run takes it."""
        slices: dict[str, Any] = {name: tuple(getattr(self, name)) for name in FILTERS}
        return RunRequest(
            pipelines=(self.pipeline,) if self.pipeline else (),
            runner=self.runner,
            is_async=self.is_async,
            runner_params=self.runner_params,
            params=nested(self.params),
            only_missing_outputs=self.only_missing_outputs,
            **slices,
        )

    def _choose(self) -> None:
        """Say what the choices come to: which nodes will run, what stands in the way, the line for a cell."""
        whole, problem = self._whole()
        if whole is not self._shown:
            self._shown = whole
            self.graph = graph_data(whole) if whole else {"nodes": [], "edges": []}
            self.names = contents.names_in(whole) if whole else {}
        self.fields = contents.fields(self.session, self.params, whole)
        chosen: list[str] = []
        line = ""
        if whole is not None:
            try:
                request = self.request
                line = command_line(request) or ""
                run = self._prepare(request)
                chosen = [node.name for node in run.pipeline.nodes]
                run.check()
            except Exception as error:  # noqa: BLE001 - whatever the run would refuse with
                problem = str(error) or type(error).__name__
        self.chosen, self.problem, self.command = chosen, problem, line

    def _whole(self) -> tuple[Pipeline | None, str]:
        try:
            names = (self.pipeline,) if self.pipeline else ()
            return self.session.pipeline(names, pipelines_in(self._variables)), ""
        except Exception as error:  # noqa: BLE001 - pipelines that do not fit together, and the like
            return None, str(error)

    def _prepare(self, request: RunRequest) -> Run:
        variables = self._variables
        return self.session.prepare(request, pipelines=pipelines_in(variables), runners=runners_in(variables))

    def slice(self, action: str, names: list[str]) -> None:
        """Slice by nodes: "from" here, up "to" here, "only" these, or "all"."""
        fields = {"from": "from_nodes", "to": "to_nodes", "only": "node_names"}
        if action not in {*fields, "all"}:
            raise RequestError(f"A slice is from, to, only or all, and not '{action}'.")
        with self.hold_trait_notifications():
            if action in {"only", "all"}:
                for field in FILTERS:
                    setattr(self, field, [])
            if action != "all":
                setattr(self, fields[action], list(names))

    def set_parameter(self, key: str, value: Any) -> None:
        """Give a parameter another value for the next run; the session's own value takes that back."""
        params = {name: each for name, each in self.params.items() if name != key}
        known = {field["key"]: field for field in self.fields}
        field = known.get(key)
        if field is None or field["default"] != value or type(field["default"]) is not type(value):
            params[key] = value
        self.params = params

    def reset(self) -> None:
        """Take back every value that was given to a parameter."""
        self.params = {}

    # ------------------------------------------------------------------ run

    def run(self) -> Run:
        """Run what is chosen, in the background.

        Raises:
            RequestError: it cannot run.
        """
        run = self._prepare(self.request)
        use_functions_as_defined_now(run.pipeline, self._variables)
        run.monitor.captures = True
        return run.start()

    def stop(self) -> None:
        """Stop the run that is going on."""
        self._following.stop()

    # ------------------------------------------------------------------ data

    @observe("dataset")
    def _on_dataset(self, _change: Any) -> None:
        self._look()

    def _look(self) -> None:
        """Show the dataset that is chosen, as it is now."""
        if not self.dataset:
            self.preview = {}
            return
        try:
            if not self.session.catalog.exists(self.dataset):
                self.preview = {"facts": ["no data yet"], "html": ""}
                return
            self.preview = preview(self.session.catalog.load(self.dataset))
        except Exception as error:  # noqa: BLE001 - a dataset may raise anything
            self.preview = {"facts": [], "html": "", "error": str(error)}

    def load(self, dataset: str, variable: str = "") -> Any:
        """Load a dataset into a variable of the notebook, of the same name by default.

        Raises:
            RequestError: that cannot be the name of a variable.
            DatasetError: it cannot be loaded.
        """
        name = contents.variable_for(dataset, variable)
        data = self.session.catalog.load(dataset)
        self._variables[name] = data
        self.message = f"{name} holds the data of '{dataset}'."
        return data

    def save(self, dataset: str, variable: str) -> None:
        """Save a variable of the notebook to a dataset.

        Raises:
            RequestError: there is no such variable.
            DatasetError: it cannot be saved.
        """
        contents.save_variable(self.session, dataset, variable, self._variables)
        self.message = f"Saved {variable} to '{dataset}'."
        self.refresh()
        if self.dataset == dataset:
            self._look()

    # ------------------------------------------------------------------ history

    @observe("compared")
    def _on_compared(self, _change: Any) -> None:
        if len(self.compared) != 2:  # noqa: PLR2004 - one with another
            self.comparison = ""
            return
        from kedro_nb.notebook.compare_table import comparison_html

        try:
            self.comparison = comparison_html(self.session.compare(*self.compared))
        except RequestError as error:
            self.message, self.comparison = str(error), ""

    # ------------------------------------------------------------------ the page

    @cached_property
    def _actions(self) -> dict[str, Any]:
        """What a message of the page may ask for."""
        return {
            "run": self.run,
            "stop": self.stop,
            "refresh": self.refresh,
            "reset": self.reset,
            "slice": lambda action, ids: self.slice(action, names_of(ids)),
            "set_parameter": self.set_parameter,
            "write_parameter": lambda key, text: self.set_parameter(key, contents.parsed(key, text)),
            "load": self.load,
            "save": self.save,
            "look": self._look,
        }

    def _take_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Do what the page asks for; what goes wrong is said there."""
        action = self._actions.get(str(content.get("do"))) if isinstance(content, dict) else None
        if action is None:
            return
        self.message = ""
        try:
            action(**content.get("with", {}))
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it
            self.message = str(error) or type(error).__name__

    def close(self) -> None:
        """Let go of the session."""
        Panel._panels.discard(self)
        self._following.end()
        super().close()
