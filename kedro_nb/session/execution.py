"""How a session carries out a run: beside which others, on which catalog, with which hooks around it."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import DatasetError, RequestError
from kedro_nb.io import DataCatalog
from kedro_nb.io.run_catalog import RunCatalog
from kedro_nb.pipeline.parameters import WHOLE, is_parameter
from kedro_nb.pipeline.transcoding import strip_transcoding
from kedro_nb.session.data import refresh
from kedro_nb.session.hooks import RunHooks
from kedro_nb.session.parameters import ParameterEntries, check_parameters, warn_of_unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kedro_nb.runner import AbstractRunner, RunResult
    from kedro_nb.session.core import Session
    from kedro_nb.session.run import Run


class GoingOn:
    """The runs that are going on now: side by side, as long as they leave each other's data alone."""

    def __init__(self) -> None:
        self._runs: dict[str, tuple[Run, Any]] = {}
        self._lock = threading.Lock()

    def enter(self, run: Run, catalog: Any) -> None:
        """Let the run begin.

        Raises:
            RequestError: a run that is going on writes what this one reads or writes, or reads what it writes: data
                of one name in one catalog, or one file.
        """
        with self._lock:
            for other, others in self._runs.values():
                if problem := _clash(run, catalog, other, others) or _cannot_be_shared(catalog, others):
                    raise RequestError(f"{problem}, and {_still_going_on(other)}")
            self._runs[run.id] = run, catalog

    @property
    def runs(self) -> list[Run]:
        """Those that are going on, in the order in which they began."""
        with self._lock:
            return [run for run, _ in self._runs.values()]

    def leave(self, run: Run) -> None:
        """The run is over."""
        with self._lock:
            del self._runs[run.id]


def _still_going_on(other: Run) -> str:
    progress = other.progress
    told = f"run {other.id} is still going on ({progress.done} of {progress.total} nodes): wait for it, or cancel it."
    if other.monitor.background:
        return told
    return (
        f"{told} A node that is to run a pipeline takes a runner and a catalog of its own for it: "
        "SequentialRunner().run(pipeline, DataCatalog({...}))."
    )


def _clash(run: Run, catalog: Any, other: Run, others: Any) -> str:
    reads, writes = _data(run, catalog)
    read, written = _data(other, others)
    if both := _both(writes, written):
        return f"Both runs write {both}"
    if both := _both(reads, written):
        return f"This run reads {both}, which another one writes"
    if both := _both(writes, read):
        return f"This run writes {both}, which another one reads"
    return ""


_Data = dict[tuple[object, str], str]


def _data(run: Run, catalog: Any) -> tuple[_Data, _Data]:
    """The datasets that a run reads and does not make, and those that it writes."""
    reads = {name for name in run.pipeline.inputs() if not is_parameter(name)}
    writes = {name for node in run.pipeline.nodes for name in node.outputs}
    return _places(reads, catalog), _places(writes, catalog)


def _places(names: Iterable[str], catalog: Any) -> _Data:
    """Where the data lies, with its name: under the name in this catalog, and in its file."""
    places: _Data = {}
    for name in names:
        key = strip_transcoding(name)
        places[id(catalog), key] = key
        with contextlib.suppress(Exception):  # one that cannot be made is told when the run begins
            dataset = catalog.get(name)
            dataset = getattr(dataset, "_dataset", dataset)  # behind a cache
            if path := getattr(dataset, "_filepath", None):
                protocol = getattr(dataset, "_protocol", "file")
                places[protocol, str(Path(path).resolve() if protocol == "file" else path)] = key
    return places


def _both(mine: _Data, theirs: _Data, most: int = 3) -> str:
    """What lies in the same places, as text; nothing where there is none."""
    pairs = sorted({(mine[place], theirs[place]) for place in mine.keys() & theirs.keys()})
    told = [f"'{one}'" if one == other else f"'{one}' (the file of '{other}')" for one, other in pairs[:most]]
    return ", ".join(told) + (f" and {len(pairs) - most} more" if len(pairs) > most else "")


def _cannot_be_shared(catalog: Any, other: Any) -> str:
    if catalog is not other or isinstance(catalog, DataCatalog):
        return ""
    return f"A {type(catalog).__name__} serves one run at a time"


class Execution:
    """The work of one run, in three steps of which the last is always taken: `begin`, `run`, `end`.

    Args:
        session: whose run it is.
        runner: runs it.
        catalog: the session's, or the one to use instead. The run gets one of its own beside it, with the same
            datasets and with the parameters and versions of this run; other catalogs than ours are used as they are.
    """

    def __init__(self, session: Session, runner: AbstractRunner, catalog: Any) -> None:
        self._session = session
        self._runner = runner
        self._shared = self._catalog = catalog
        self._own: RunCatalog | None = None
        self._parameters = ParameterEntries()  # where the run has no catalog of its own

    def begin(self, run: Run) -> None:
        """Check that nothing is in the way, and let the catalog know the parameters and versions of this run."""
        request = run.request
        if request.load_versions and not hasattr(self._shared, "use_versions"):
            raise RequestError(f"A {type(self._shared).__name__} cannot be told which versions to load.")
        warn_of_unread(request.params, self._session.parameters, run.pipeline)
        self._session.going_on.enter(run, self._shared)
        try:
            self._prepare(run)
            self._session.history.add(run)
        except BaseException:
            self.end(run)
            raise
        self._session.tell_of(run)

    def check(self, run: Run) -> None:
        """Say what would be refused, without running and without changing anything.

        Raises:
            Exception: what the run would raise before its first node.
        """
        catalog = self._shared
        if isinstance(catalog, DataCatalog):
            catalog = self._catalog_of(run, catalog).catalog
            check_parameters(run.pipeline, catalog)
        self._runner.check(run.pipeline, catalog)

    def _prepare(self, run: Run) -> None:
        refresh(self._shared, run.pipeline.graph.names)
        if isinstance(self._shared, DataCatalog):
            self._declare_outputs(run)
            self._own = self._catalog_of(run, self._shared)
            self._catalog = self._own.catalog
        else:
            even_if_empty = WHOLE in run.pipeline.inputs()
            self._parameters.put(self._shared, run.parameters, even_if_empty=even_if_empty)

    def _catalog_of(self, run: Run, shared: DataCatalog) -> RunCatalog:
        even_if_empty = WHOLE in run.pipeline.inputs()
        own = self._session.parameter_entries.for_run(shared, run.parameters, even_if_empty=even_if_empty)
        versions = {**shared.load_versions, **run.request.load_versions}
        try:
            return RunCatalog(shared, own, versions, run.id)
        except DatasetError as error:
            raise RequestError(f"{error} (--load-versions)") from error

    def _declare_outputs(self, run: Run) -> None:
        """Let the session's catalog have what the run makes, so that it can be looked at while the run goes on."""
        if getattr(self._runner, "_extra_dataset_patterns", None) or hasattr(
            self._runner, "create_default_data_set"
        ):
            return  # the runner knows better what becomes of them
        for node in run.pipeline.nodes:
            for name in node.outputs:
                self._shared.declare(name)

    def run(self, run: Run) -> RunResult:
        """Run, with the hooks around it."""
        hooks = RunHooks(self._session.hook_manager, run, self._catalog)
        with _at_work(run):
            hooks.before()
        check_parameters(run.pipeline, self._catalog)
        try:
            result = self._runner.run(
                run.pipeline,
                self._catalog,
                self._session.hook_manager,
                run.id,
                run.request.only_missing_outputs,
                monitor=run.monitor,
            )
        except Exception as error:
            with _at_work(run):
                hooks.failed(error)
            raise
        with _at_work(run):
            hooks.after(result)
        return result

    def dataset_type(self, name: str) -> str | None:
        """The name of a dataset's class, as far as the catalog tells."""
        return self._catalog.get_type(name) if isinstance(self._catalog, DataCatalog) else None

    def end(self, run: Run) -> None:
        """Whoever looks at the session's catalog now sees what the run has made, and nothing of its request."""
        try:
            if self._own is not None:
                self._own.merge()
            self._parameters.remove()
            self._session.put_parameters()
        finally:
            self._own, self._catalog = None, self._shared  # whoever keeps the run keeps no data with it
            self._session.going_on.leave(run)


@contextlib.contextmanager
def _at_work(run: Run) -> Iterator[None]:
    """Hooks are the user's code: an interrupt is raised in them."""
    try:
        run.monitor.at_work_here = object()
        yield
    finally:
        run.monitor.at_work_here = False
