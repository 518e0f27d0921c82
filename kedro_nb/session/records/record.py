"""The record of a run: everything worth keeping of it as plain data, for JSON, programs and comparisons.

Its schema is run.v1.schema.json beside this file. What is not known is left out, rather than null.
"""

from __future__ import annotations

import json
import platform
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from kedro_nb.masking import mask_value
from kedro_nb.pipeline.parameters import is_parameter
from kedro_nb.pipeline.transcoding import strip_transcoding
from kedro_nb.session.line import command_line, shown_request
from kedro_nb.session.records.failure import error_record
from kedro_nb.session.records.plain import Budget, plain
from kedro_nb.session.records.prints import share
from kedro_nb.session.request import RunRequest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kedro_nb.pipeline import Node
    from kedro_nb.runner.measures import Measured
    from kedro_nb.session.progress import NodeProgress
    from kedro_nb.session.run import Run

VERSION = 1
MIME_TYPE = "application/vnd.kedro-nb.run.v1+json"

_PARAMETERS = 8_000  # characters
_ALL = 110_000  # bytes of a record, as far as prints decide about it
_LEAST_PRINTS, _MOST_PRINTS = 6_000, 60_000
_DEFAULT = RunRequest()
# What need not be said, as it is so most of the time.
_MAIN, _DEFAULT_TYPE = "main", "kedro_nb.io.MemoryDataset"
_NOTHING = 0.0005  # seconds


_parameters: WeakKeyDictionary[Run, Any] = WeakKeyDictionary()
_kept: WeakKeyDictionary[Run, dict[str, Any]] = WeakKeyDictionary()  # of runs that are over


def remember_parameters(run: Run) -> None:
    """Note the parameters of a run that begins, as somebody may change them in place later on."""
    _parameters[run] = _plain_parameters(run)


def _plain_parameters(run: Run) -> Any:
    return plain(mask_value(run.parameters), Budget(_PARAMETERS))


def record(run: Run) -> dict[str, Any]:
    """What there is to know of a run, now. Small, free of secrets, and JSON whatever the user's values are."""
    if not run.over:
        return _record(run)
    made = _kept.get(run)
    if made is None:
        made = _kept[run] = _record(run)
    return made


def _record(run: Run) -> dict[str, Any]:
    progress = run.progress
    made: dict[str, Any] = {
        "version": VERSION,
        "id": run.id,
        "state": run.state,
        "runner": progress.runner or run.request.runner,
        "command": _command(run, run.request),
        "request": _request(run.request),
        "parameters": _parameters[run] if run in _parameters else _plain_parameters(run),
        "python": platform.python_version(),
        "started": _time(run.started),
        "ended": _time(run.ended),
        "expected": _rounded(run.expected),
        "nodes": [],
        "datasets": list(_datasets(run)),
        "resume": _resume(run),
        "error": None if run.error is None else error_record(run.error, brief=True),
    }
    made["nodes"] = [_node(node, run) for node in _in_order(run)]
    if any(node.prints for node in progress.nodes.values()):
        size = len(json.dumps(made, ensure_ascii=False))
        _add_prints(made["nodes"], run, min(_MOST_PRINTS, max(_LEAST_PRINTS, _ALL - size)))
    return _known(made if _is_text(made) else _encodable(made))


def _is_text(made: Mapping[str, Any]) -> bool:
    """Whether all of it is characters that a file can hold; names of nodes and prints are."""
    names = [each["name"] for each in made["datasets"]]
    errors = [each["error"] for each in made["nodes"] if "error" in each]
    rest = {key: value for key, value in made.items() if key not in {"nodes", "datasets"}}
    try:
        json.dumps([names, errors, rest], ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _add_prints(nodes: list[dict[str, Any]], run: Run, room: int) -> None:
    """Let each node have its prints; where there is no room for them, how many characters there were."""
    printed = {name: node.prints for name, node in run.progress.nodes.items() if node.prints}
    kept = share(printed, room, [node["name"] for node in nodes if "error" in node])
    for node in nodes:
        name = node["name"]
        if name in kept:
            node["prints"] = kept[name]
        elif name in printed:
            node["printed"] = sum(len(text) for _, text in printed[name])


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _command(run: Run, request: RunRequest) -> str | None:
    return None if run.options is None else command_line(shown_request(request), options=run.options)


def _request(request: RunRequest) -> dict[str, Any]:
    """What differs from the defaults."""
    shown, budget = shown_request(request), Budget(_PARAMETERS)
    given = {each.name: getattr(shown, each.name) for each in fields(shown)}
    return {name: plain(value, budget) for name, value in given.items() if value != getattr(_DEFAULT, name)}


def _in_order(run: Run) -> list[Node]:
    """The nodes as they were planned; before the run begins, in the pipeline's order."""
    nodes = {node.name: node for node in run.pipeline.nodes}
    return [nodes[name] for name in run.progress.nodes if name in nodes] or list(nodes.values())


def _node(node: Node, run: Run) -> dict[str, Any]:
    progress = run.progress.nodes.get(node.name)
    made: dict[str, Any] = {
        "name": node.name,
        "state": "waiting",
        "label": _label(node),
        "namespace": node.namespace,
        "tags": sorted(node.tags) or None,
        "function": _function(node.func),
        "code": run.code.get(node.name),
        "inputs": node.inputs,
        "outputs": node.outputs,
    }
    if progress is not None:
        made |= _progress(progress)
    return _known(made)


def _progress(node: NodeProgress) -> dict[str, Any]:
    done, ended_early = node.state == "done", node.started is not None and node.state != "done"
    return {
        "state": "cancelled" if isinstance(node.error, KeyboardInterrupt) else node.state,
        "worker": node.worker if node.worker != _MAIN else None,
        "started": _time(node.started),
        "load": _rounded(node.load) if done and node.load > _NOTHING else None,
        "call": _rounded(node.call) if done else None,
        "save": _rounded(node.save) if done and node.save > _NOTHING else None,
        "seconds": _rounded(node.seconds) if ended_early else None,
        "expected": _rounded(node.expected),
        "peak": node.peak,
        "error": None if node.error is None else error_record(node.error),
    }


def _label(node: Node) -> str | None:
    """A name that is shorter than the one without its namespace, or made from the function's."""
    own = node.name.removeprefix(f"{node.namespace}.") if node.namespace else node.name
    return node.short_name if node.short_name != own else None


def _function(func: Any) -> str:
    """Where the function is: `module.name`; of a partial that of what it calls, of an instance its class's."""
    while not hasattr(func, "__qualname__") and hasattr(func, "func"):
        func = func.func
    named = func if hasattr(func, "__qualname__") else type(func)
    return f"{getattr(named, '__module__', None) or 'builtins'}.{named.__qualname__}"


def _datasets(run: Run) -> Iterator[dict[str, Any]]:
    """Every dataset once, whatever its formats, in the order in which nodes name them."""
    ends, begins = run.pipeline.outputs(), run.pipeline.inputs()
    kinds = {strip_transcoding(name): "output" for name in ends}
    kinds |= {strip_transcoding(name): "parameter" if is_parameter(name) else "input" for name in begins}
    names = [name for node in _in_order(run) for name in (*node.input_names, *node.output_names)]
    data = {strip_transcoding(name): measured for name, measured in list(run.progress.data.items())}
    for name in dict.fromkeys(map(strip_transcoding, names)):
        kind = kinds.get(name)
        known = kind != "parameter"
        yield _known(
            {
                "name": name,
                "kind": kind,
                "type": _dataset_type(run, name) if known else None,
                "measured": _measured(data.get(name)) if known else None,
            }
        )


def _dataset_type(run: Run, name: str) -> str | None:
    """As a catalog entry would name it."""
    try:
        known = run.dataset_type(name)
    except Exception:  # noqa: BLE001 - an entry that cannot be made into a dataset
        return None
    if not known or known == _DEFAULT_TYPE:
        return None
    module, _, cls = known.rpartition(".")
    if module.startswith("kedro_datasets."):
        return f"{module.split('.')[1]}.{cls}"
    return cls


def _measured(measured: Measured | None) -> dict[str, Any] | None:
    if measured is None:
        return None
    shape = list(measured.shape) or None
    return _known({"type": measured.type, "bytes": measured.bytes, "shape": shape})


def _resume(run: Run) -> dict[str, Any] | None:
    hint = run.resume
    if hint is None:
        return None
    request = run.request
    if hint.unfinished < len(run.pipeline):  # the new beginning takes the place of the old one
        request = replace(request, from_nodes=hint.nodes, from_inputs=())
    return _known({"nodes": list(hint.nodes), "command": _command(run, request)})


def _time(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _rounded(seconds: float | None) -> float | None:
    """A length of time: to the millisecond, or in three digits where it is short."""
    if seconds is None:
        return None
    return round(seconds, 3) if seconds >= 1 else float(f"{seconds:.3g}")


def _encodable(value: Any) -> Any:
    """The same with a question mark for what is no character."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, list):
        return [_encodable(each) for each in value]
    if isinstance(value, dict):
        return {_encodable(key): _encodable(each) for key, each in value.items()}
    return value
