"""Which names can stand where, in the lines of our magics."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro_nb.notebook.run_options import options_by_spelling
from kedro_nb.notebook.workspace import catalogs_in, pipelines_in, runners_in
from kedro_nb.pipeline.parameters import PREFIX, is_parameter
from kedro_nb.session import session
from kedro_nb.session.parameters import entries
from kedro_nb.session.runners import ENTRY_POINTS, built_in_runners, find_runner
from kedro_nb.session.selection import selectable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kedro_nb.pipeline import Pipeline

_KINDS = {"tags": "tag", "namespaces": "namespace", "from_inputs": "dataset", "to_outputs": "dataset"}


class Offers:
    """What can be written at the end of a line.

    Args:
        shell: whose variables count.
        text: the line from after the magic's name up to the cursor.
    """

    def __init__(self, shell: Any, text: str) -> None:
        *self.words, self.last = re.split(r"\s+", text)
        self.shell = shell
        self.session = session()
        self.pipelines = {**pipelines_in(shell.user_ns), **self.session.pipelines}

    def after(self, magic: str) -> tuple[str, Iterable[str]]:
        """The fragment before the cursor, and all names that could stand there."""
        offers: dict[str, Callable[[], tuple[str, Iterable[str]]]] = {
            "kedro_run": self._run,
            "kedro_pipeline": lambda: (self.last, self.pipelines),
            "kedro_load": self._load,
            "kedro_catalog": self._existing,
            "kedro_save": lambda: self._expression() if self.words else (self.last, self._datasets()),
            "kedro_node": self._node,
            "kedro_nodes": self._nodes,
            "kedro_history": lambda: (self.last, self._runs()),
            "kedro_forget": lambda: (self.last, [*self._others(self.session.nodes), "--all"]),
        }
        return offers[magic]() if magic in offers else (self.last, [])

    def _runs(self) -> list[str]:
        """Numbers and ids, and notebooks that may hold runs."""
        history = self.session.history
        numbers = [str(number) for number, _ in enumerate(history, start=history.first)]
        files = [file for file in _files(self.last) if file.endswith((".ipynb", "/"))]
        options = ["-n"] if not self.words else []
        return self._others([*numbers, *(run.id for run in history), *files, *options])

    def _load(self) -> tuple[str, Iterable[str]]:
        return (self.last, ["--as"]) if self.last.startswith("-") else self._existing()

    def _existing(self) -> tuple[str, Iterable[str]]:
        asked = self.last.startswith("param")
        names = (name for name in self.session.catalog if asked or not is_parameter(name))
        return self.last, self._others(names)

    def _others(self, names: Iterable[str]) -> list[str]:
        """Those that are not in the line yet."""
        return [name for name in names if name not in self.words]

    def _datasets(self) -> Iterable[str]:
        """Those that there are, and those that pipelines wait for."""
        names = {*self.session.catalog, *self._inputs(self.pipelines.values())}
        return [name for name in names if not is_parameter(name)]

    def _expression(self) -> tuple[str, Iterable[str]]:
        """The variable at the end of a Python expression: IPython does not look for one in a magic's line."""
        found = re.search(r"(?<![\w.])[A-Za-z]\w*$", self.last)
        names = (name for name in self.shell.user_ns if not name.startswith("_"))
        return (found[0], names) if found else ("", [])

    def _node(self) -> tuple[str, Iterable[str]]:
        """The options of %%kedro_node, and what each may be given."""
        from kedro_nb.notebook.node_line import OPTIONS

        field_of = {spelling: field for field, spellings in OPTIONS.items() for spelling in spellings}
        option, equals, value = self.last.partition("=")
        if not (equals and option in field_of):
            option, value = (self.words or [""])[-1], self.last
        field = field_of.get(option)
        if field is None:
            used = {field_of.get(word.partition("=")[0]) for word in self.words}
            free = [long for field, (_, long) in OPTIONS.items() if field not in used]
            return self.last, [*free, *self.session.nodes] if not self.words else free
        fragment = re.split(r"[,=]", value)[-1]
        return fragment, self._node_values(field)

    def _node_values(self, field: str) -> Iterable[str]:
        nodes = [node for pipeline in self.pipelines.values() for node in pipeline]
        if field == "inputs":
            written = {name for node in nodes for name in node.outputs}
            return {*self._datasets(), *written, *entries(self.session.parameters)}
        if field == "outputs":
            return {name for name in self._datasets() if not self.session.catalog.exists(name)}
        if field == "tags":
            return {tag for node in nodes for tag in node.tags}
        if field == "namespace":
            return {node.namespace for node in nodes if node.namespace}
        return {each.pipeline for each in self.session.nodes.values()}

    def _nodes(self) -> tuple[str, Iterable[str]]:
        option, equals, value = self.last.partition("=")
        if equals or (self.words or [""])[-1] == "--pipeline":
            return value if equals else option, {each.pipeline for each in self.session.nodes.values()}
        return self.last, ["--pipeline"]

    def _run(self) -> tuple[str, Iterable[str]]:
        options = options_by_spelling()
        name, equals, value = self.last.partition("=")
        if not self.last.startswith("-"):
            name, equals, value = (self.words or [""])[-1], "=", self.last
        option = options.get(name) if equals else None
        if option is None or option.is_flag:
            used = {options[name] for word in self.words if (name := word.partition("=")[0]) in options}
            return self.last, [
                name for name, each in options.items() if name[:2] == "--" and each not in used
            ]
        *others, fragment = value.split(",") if option.multiple else [value]
        return fragment, [name for name in self._values(str(option.name), fragment) if name not in others]

    def _values(self, field: str, fragment: str) -> Iterable[str]:
        """Every name that the option of this field may be given."""
        offers: dict[str, Callable[[], Iterable[str]]] = {
            "runner": self._runners,
            "runner_params": self._runner_arguments,
            "pipeline": lambda: self.pipelines,
            "pipelines": lambda: self.pipelines,
            "catalog": lambda: catalogs_in(self.shell.user_ns),
            "config": lambda: _files(fragment),
            "params": self._parameters,
            "load_versions": lambda: [f"{name}:" for name in self.session.catalog if not is_parameter(name)],
        }
        if field in offers:
            return offers[field]()
        return {name for each in self._chosen() for name in selectable(each, _KINDS.get(field, "node"))}

    def _parameters(self) -> Iterable[str]:
        names = {*entries(self.session.parameters), *self._inputs(self._chosen())}
        return [f"{name.removeprefix(PREFIX)}=" for name in names if name.startswith(PREFIX)]

    def _runners(self) -> Iterable[str]:
        from importlib.metadata import entry_points

        offered = (entry.name for entry in entry_points(group=ENTRY_POINTS))  # names without an import
        return {*built_in_runners(), *self._runners_here(), *offered}

    def _runners_here(self) -> dict[str, type]:
        return {**runners_in(self.shell.user_ns), **self.session.runners}

    def _runner_arguments(self) -> Iterable[str]:
        import inspect

        flagged = "ParallelRunner" if "--parallel" in self.words else "SequentialRunner"
        runner = find_runner(self._given("-r", "--runner") or flagged, self._runners_here())
        return [f"{name}=" for name in inspect.signature(runner).parameters if name != "is_async"]

    def _chosen(self) -> list[Pipeline]:
        """The pipeline that the line is about, or all of them where that is not clear."""
        given = self._given("-p", "--pipeline", "--pipelines")
        try:
            return [self.session.pipeline(given.split(",") if given else (), self.pipelines)]
        except ValueError:
            return list(self.pipelines.values())

    def _given(self, *spellings: str) -> str:
        """The value that an option has earlier in the line."""
        for position, word in enumerate(self.words):
            name, equals, value = word.partition("=")
            if name in spellings:
                return value if equals else [*self.words, ""][position + 1]
        return ""

    @staticmethod
    def _inputs(pipelines: Iterable[Pipeline]) -> set[str]:
        return {name for pipeline in pipelines for name in pipeline.inputs()}


def _files(fragment: str) -> Iterable[str]:
    folder, slash, _ = fragment.rpartition("/")
    place = Path(folder or slash or ".").expanduser()
    return [f"{folder}{slash}{path.name}{'/' if path.is_dir() else ''}" for path in place.iterdir()]
