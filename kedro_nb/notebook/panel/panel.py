"""The panel: choose, run, watch, look at data. Every control is a trait that code can read, set and observe."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakSet

from IPython.core.getipython import get_ipython
from IPython.display import display
from traitlets import TraitError, observe, validate

from kedro_nb.errors import RequestError, did_you_mean
from kedro_nb.masking import error_text
from kedro_nb.notebook.panel import contents, data
from kedro_nb.notebook.panel.fields import accepted, fitting, is_same, leaves_of, nested
from kedro_nb.notebook.panel.following import Following
from kedro_nb.notebook.panel.graph import graph_data, node_id
from kedro_nb.notebook.panel.live import live_html
from kedro_nb.notebook.panel.messages import Messages
from kedro_nb.notebook.panel.offered import CheckedPanel
from kedro_nb.notebook.panel.record import Shown, record_bundle, summary
from kedro_nb.notebook.panel.traits import CHOICES
from kedro_nb.notebook.workspace import pipelines_in, runners_in
from kedro_nb.session import RunRequest
from kedro_nb.session import session as current_session
from kedro_nb.session.data import load_fresh
from kedro_nb.session.line import command_line, shown_request
from kedro_nb.session.redefinitions import lines_about
from kedro_nb.session.selection import FILTERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_nb.pipeline import Pipeline
    from kedro_nb.session import Run, Session

_SLICES = {"from": "from_nodes", "to": "to_nodes", "only": "node_names"}
_DATA_SLICES = {"from": "from_inputs", "to": "to_outputs"}


class Panel(CheckedPanel):
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
        unfinished: the nodes at which to take the last run up, where it has not ended well.
        dataset: the one to look at; `preview` shows it.
        compared: two runs of the history, by number; `comparison` shows what differs.
    """

    _esm = Path(__file__).parent.parent / "static" / "panel.js"
    _panels: ClassVar[WeakSet[Panel]] = WeakSet()
    # Runs are shown by threads of their own; one for all panels, as they set each other.
    _lock = threading.RLock()

    def __init__(self, session: Session | None = None, **traits: Any) -> None:
        self._ready = False
        super().__init__(**traits)
        self.session = session or current_session()
        self.whole: Pipeline | None = None
        self._runners: dict[str, Any] = {}
        self._last_seen = data.LastSeen()
        self._record = Shown()
        self._own_run: Run | None = None
        for other in self._siblings():
            for name in CHOICES:
                if name not in traits:
                    setattr(self, name, getattr(other, name))
        Panel._panels.add(self)
        self._following = Following(self)
        self._ready = True
        self._messages = Messages(self)
        self.on_msg(self._messages.take)
        self._following.begin()
        self.refresh()

    # ------------------------------------------------------------------ what there is

    @property
    def _variables(self) -> dict[str, Any]:
        shell = get_ipython()
        return {} if shell is None else shell.user_ns

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """The page hears of all changes at once."""
        with Panel._lock, self.hold_sync():
            yield

    def refresh(self) -> None:
        """Look again at what the notebook has: pipelines, runners, datasets, parameters, runs."""
        variables = self._variables
        with self.together():
            self.pipelines = contents.pipeline_names(self.session, variables)
            self._runners = contents.known_runners(self.session, variables)
            self.runners = [contents.runner_entry(name, runner) for name, runner in self._runners.items()]
            self.variables = data.variable_names(variables)
            self.runs = contents.runs(self.session)
            self._choose()
            self._list_data()
        self._keep_record()

    def _list_data(self) -> None:
        self.datasets = data.datasets(self.session, self.whole, self._last_seen.words(self.session))

    @observe(*CHOICES)
    def _on_choice(self, change: Any) -> None:
        if not self._ready:
            return
        with self.together():
            if change.name == "runner":
                self._drop_what_it_does_not_take()
            self._choose()
        for other in self._siblings():
            if getattr(other, change.name) != change.new:
                setattr(other, change.name, change.new)
        if self._record.is_small:
            self._keep_record()

    def _siblings(self) -> Iterator[Panel]:
        return (panel for panel in list(Panel._panels) if panel is not self and panel.session is self.session)

    @validate("runner")
    def _check_runner(self, proposal: Any) -> str:
        if self._ready and proposal.value not in self._runners and "." not in proposal.value:
            known = did_you_mean(proposal.value, self._runners)
            raise TraitError(f"There is no runner '{proposal.value}'{known}.")
        return str(proposal.value)

    def _drop_what_it_does_not_take(self) -> None:
        runner = self._runners.get(self.runner)
        if isinstance(runner, type):
            self.runner_params = accepted(runner, self.runner_params)
            self.is_async = bool(self.is_async and accepted(runner, {"is_async": True}))

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
        shown, (self.whole, problem) = self.whole, self._find_pipeline()
        if self.whole is not shown:
            self.graph = graph_data(self.whole) if self.whole else {"nodes": [], "edges": []}
            self.names = contents.names_in(self.whole) if self.whole else {}
        self.fields = contents.fields(self.session, self.params, self.whole)
        self.arguments = contents.arguments(self._runners.get(self.runner), self.runner_params)
        chosen: list[str] = []
        line = ""
        if self.whole is not None:
            try:
                request = self.request
                line = command_line(shown_request(request)) or ""
                selected = self.session.select(request, pipelines_in(self._variables))
                chosen = [node.name for node in selected.nodes]
                self._prepare(request).check()
            except Exception as error:  # noqa: BLE001 - whatever the run would refuse with
                problem = error_text(error) or type(error).__name__
        self.chosen, self.problem, self.command = chosen, problem, line
        self.unfinished = contents.unfinished(self._following.run, self.names)

    def _find_pipeline(self) -> tuple[Pipeline | None, str]:
        try:
            names = (self.pipeline,) if self.pipeline else ()
            return self.session.pipeline(names, pipelines_in(self._variables)), ""
        except Exception as error:  # noqa: BLE001 - pipelines that do not fit together, and the like
            return None, error_text(error)

    def _prepare(self, request: RunRequest) -> Run:
        variables = self._variables
        return self.session.prepare(request, pipelines=pipelines_in(variables), runners=runners_in(variables))

    def slice(self, action: str, names: list[str], data: list[str] | None = None) -> None:
        """Slice by nodes: "from" here, up "to" here, "only" these, or "all"; with `data` from and up to datasets."""
        if action not in {*_SLICES, "all"}:
            raise RequestError(f"A slice is from, to, only or all, and not '{action}'.")
        with self.together(), self.hold_trait_notifications():
            if action in {"only", "all"}:
                for field in FILTERS:
                    setattr(self, field, [])
            if names:
                setattr(self, _SLICES[action], list(names))
            if data and action in _DATA_SLICES:
                setattr(self, _DATA_SLICES[action], list(data))

    def set_parameter(self, key: str, value: Any) -> None:
        """Give a parameter another value for the next run; the session's own value takes that back."""
        session = dict(leaves_of(self.session.parameters))
        params = dict(self.params)
        for name, each in leaves_of({key: value}) if "." not in key else leaves_of(nested({key: value})):
            params.pop(name, None)
            fits = fitting(session.get(name), each)
            if name not in session or not is_same(session[name], fits):
                params[name] = fits
        self.params = params

    def set_argument(self, name: str, value: Any) -> None:
        """Give the runner an argument; None takes it back."""
        others = {key: each for key, each in self.runner_params.items() if key != name}
        self.runner_params = others if value is None else {**others, name: value}

    def reset(self, key: str | None = None) -> None:
        """Take back the value that was given to a parameter, or all of them."""
        self.params = {name: each for name, each in self.params.items() if key not in {None, name}}

    # ------------------------------------------------------------------ run

    def run(self) -> Run:
        """Run what is chosen, in the background.

        Raises:
            RequestError: it cannot run.
        """
        return self._run(self.request)

    def go_on(self) -> Run:
        """Take the last run up where it ended, with what is chosen now.

        Raises:
            RequestError: it cannot run, or there is nothing to take up.
        """
        if not self.unfinished:
            raise RequestError(
                "No run has ended before its time, as far as the pipeline that is chosen knows."
            )
        return self._run(replace(self.request, from_nodes=tuple(self.unfinished), from_inputs=()))

    def _run(self, request: RunRequest) -> Run:
        run = self._own_run = self._prepare(request)
        message = " ".join(lines_about(run.redefined))
        run.monitor.captures = True
        started = run.start()
        self.message = message
        return started

    def stop(self) -> None:
        """Stop the run that is going on."""
        self._following.stop()

    def begin_run(self, *, blocking: bool) -> None:
        """A run of the session begins: show it from now on."""
        with self.together():
            self.states, self.live, self.state, self.blocking = {}, "", "running", blocking
            self.unfinished = []

    def show_run(self, run: Run) -> None:
        """Show how far it is."""
        with self.together():
            nodes = list(run.progress.nodes.values())
            self.states = {node_id(node.name): node.state for node in nodes}
            self.live = live_html(run)
            self._list_data()

    def end_run(self, run: Run) -> None:
        """It is over."""
        with self.together():
            self.show_run(run)
            self.state, self.blocking = "idle", False
            self.refresh()
            self._look()

    # ------------------------------------------------------------------ data

    @observe("dataset")
    def _on_dataset(self, _change: Any) -> None:
        self._look()

    def look(self) -> None:
        """Load the dataset that is chosen and show it, however large it is."""
        self._look(asked=True)

    def _look(self, *, asked: bool = False) -> None:
        if not self._ready:
            return
        name = self.dataset
        try:
            last = self._last_seen.words(self.session)
            self.preview = data.look(self.session, name, last, asked=asked) if name else {}
        except Exception as error:  # noqa: BLE001 - a dataset may raise anything
            self.preview = {"facts": [], "html": "", "error": error_text(error) or type(error).__name__}

    def load(self, dataset: str, variable: str = "") -> Any:
        """Load a dataset into a variable of the notebook, of the same name by default.

        Raises:
            RequestError: that cannot be the name of a variable.
            DatasetError: it cannot be loaded.
        """
        name = data.variable_for(dataset, variable, self._variables)
        loaded = load_fresh(self.session.catalog, dataset)
        self._variables[name] = loaded
        self.message = f"{name} holds the data of '{dataset}'."
        self.variables = data.variable_names(self._variables)
        return loaded

    def save(self, dataset: str, variable: str) -> None:
        """Save a variable of the notebook to a dataset.

        Raises:
            RequestError: there is no such variable.
            DatasetError: it cannot be saved.
        """
        data.save_variable(self.session, dataset, variable, self._variables)
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
            self.message, self.comparison = error_text(error), ""

    # ------------------------------------------------------------------ the page

    def _repr_mimebundle_(self, **_options: Any) -> Any:
        """The widget alone, for front ends and layouts that ask for it; with words where there are no widgets."""
        made: Any = super()._repr_mimebundle_()
        if made is not None:
            made[0]["text/plain"] = summary(self)
        return made

    def _ipython_display_(self) -> None:
        """The record that a saved notebook keeps, and the widget: see there."""
        if not hasattr(get_ipython(), "kernel"):
            print(summary(self))  # noqa: T201 - what can be shown here
            return
        self._record.begin(self.model_id, self._made_record())
        widget: Any = {k: v for k, v in self._repr_mimebundle_()[0].items() if k != "text/plain"}
        display(widget, raw=True)

    def _made_record(self) -> dict[str, Any]:
        run = self._following.run
        return record_bundle(self, run, own=run is not None and run is self._own_run)

    def _keep_record(self) -> None:
        if self._record.begun:
            self._record.update(self._made_record())

    def close(self) -> None:
        """Let go of the session."""
        with Panel._lock:  # not while a thread is showing something
            Panel._panels.discard(self)
            if self._ready:
                self._following.end()
            super().close()

    @classmethod
    def close_all_panels(cls) -> None:
        """Close every panel there is."""
        for panel in list(cls._panels):
            panel.close()
