"""The options of a run, defined once: for the command line, the magic and the configuration file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kedro_nb.errors import RequestError, did_you_mean
from kedro_nb.masking import MASK
from kedro_nb.runner.result import describe_value
from kedro_nb.session.parsing import nest, parse_params, parse_versions, split_list
from kedro_nb.session.request import RunRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def run_options() -> list[click.Option]:
    """Every option, made anew. An option's `name` is its key in a configuration file."""
    return [
        _list("--from-inputs", "Begin with the nodes that read these datasets.", "DATASETS"),
        _list("--to-outputs", "End with the nodes that write these datasets.", "DATASETS"),
        _list("--from-nodes", "Begin with these nodes.", "NODES"),
        _list("--to-nodes", "End with these nodes.", "NODES"),
        _list("--nodes", "Run these nodes and no others.", "NODES", "-n", "node_names"),
        _list("--namespaces", "Run the nodes in these namespaces.", "NAMES", "-ns"),
        _list("--tags", "Run the nodes with any of these tags.", "TAGS", "-t"),
        _list("--pipelines", "Run these pipelines together, in this order.", "NAMES"),
        click.Option(
            ["--pipeline", "-p"],
            metavar="NAME",
            help="Run this pipeline. Without it: __default__, else the only one there is.",
        ),
        click.Option(
            ["--runner", "-r"],
            metavar="RUNNER",
            help="A runner by name (SequentialRunner, which is the default, ThreadRunner, ParallelRunner, DryRunner, a "
            "registered one), or the dotted path to a runner class.",
        ),
        click.Option(["--parallel"], is_flag=True, help="The same as --runner=ParallelRunner."),
        click.Option(["--async", "is_async"], is_flag=True, help="Load and save data on threads."),
        _list("--runner-params", "Arguments of the runner, as in max_workers=4.", "KEY=VALUE,..."),
        _list(
            "--params",
            "Parameters for this run, over those that are set. Dots nest: model.depth=3,columns=[a,b]. Values are "
            "typed as in YAML.",
            "KEY=VALUE,...",
        ),
        _list("--load-versions", "Versions of datasets to load.", "DATASET:VERSION,...", "-lv"),
        click.Option(
            ["--config", "-c"],
            metavar="FILE",
            help="A YAML file whose 'run:' section gives options by their argument names (node_names, from_nodes, "
            "is_async, ...). Options given here go over it.",
        ),
        click.Option(
            ["--only-missing-outputs"],
            is_flag=True,
            help="Leave out the nodes whose outputs are stored already.",
        ),
    ]


def _list(option: str, text: str, metavar: str, *names: str) -> click.Option:
    # Given twice, it is one longer list.
    return click.Option([option, *names], metavar=metavar, multiple=True, help=text)


def _names(value: Any, where: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return split_list(value)
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise _wrong(where, "names: a list, or text with commas between them", value)


def _name(value: Any, where: str) -> str:
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise _wrong(where, "one name", value)


def _flag(value: Any, where: str) -> bool:
    if isinstance(value, bool):
        return value
    raise _wrong(where, "true or false", value)


def _params(value: Any, where: str) -> dict[str, Any]:
    if isinstance(value, str | dict):
        found = parse_params(value, where) if isinstance(value, str) else nest(value, where)
        _refuse_masked(found, where)
        return found
    raise _wrong(where, "a mapping, or text as in key=value,other=value", value)


def _refuse_masked(params: Mapping[str, Any], where: str) -> None:
    """Refuse a line that was copied from where secrets are not shown."""
    for name, value in params.items():
        if isinstance(value, dict):
            _refuse_masked(value, where)
        elif value == MASK:
            raise RequestError(
                f"{where}: '{name}' is {MASK}, which stands for a value that is not shown. "
                "Write the value in its place."
            )


def _versions(value: Any, where: str) -> dict[str, str]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = ",".join(value)
    if isinstance(value, str):
        return parse_versions(value, where)
    if isinstance(value, dict) and all(isinstance(item, str) for pair in value.items() for item in pair):
        return dict(value)
    raise _wrong(where, "a mapping of datasets to versions, or text as in dataset:version", value)


def _wrong(where: str, wanted: str, value: Any) -> RequestError:
    return RequestError(f"{where} takes {wanted}, and not {describe_value(value)} ({type(value).__name__}).")


_CONVERTERS: dict[str, Callable[[Any, str], Any]] = {
    "from_inputs": _names,
    "to_outputs": _names,
    "from_nodes": _names,
    "to_nodes": _names,
    "node_names": _names,
    "namespaces": _names,
    "tags": _names,
    "pipelines": _names,
    "pipeline": _name,
    "runner": _name,
    "parallel": _flag,
    "is_async": _flag,
    "runner_params": _params,
    "params": _params,
    "load_versions": _versions,
    "only_missing_outputs": _flag,
}
# Two ways to say one thing: within one place they contradict each other, and the command line goes over the file.
_EITHER = (("pipeline", "pipelines"), ("runner", "parallel"))


def convert(values: Mapping[str, Any], where: Callable[[str], str]) -> dict[str, Any]:
    """Values as the user wrote them, in one place, made into data.

    Args:
        values: by argument name.
        where: what to call an argument in messages.
    """
    for pair in _EITHER:
        if all(name in values for name in pair):
            one, other = map(where, pair)
            raise RequestError(f"{one} and {other} cannot be used together: they say the same thing.")
    return {name: _CONVERTERS[name](value, where(name)) for name, value in values.items()}


def combine(given: Mapping[str, Any], in_file: Mapping[str, Any]) -> RunRequest:
    """The request that the command line and a configuration file make together, option by option."""
    hidden = {name for pair in _EITHER if any(each in given for each in pair) for name in pair}
    values = {name: value for name, value in in_file.items() if name not in hidden} | dict(given)
    if "pipeline" in values:
        values["pipelines"] = (values.pop("pipeline"),)
    if values.pop("parallel", False):
        values["runner"] = "ParallelRunner"
    return RunRequest(**values)


# In Kedro's files, and without meaning until there are project folders.
_WITHOUT_PROJECT = ("env", "conf_source")


def check_keys(keys: Mapping[Any, Any], where: str) -> None:
    """Refuse a key that is no argument, with the one that is probably meant."""
    spelled = {
        option.lstrip("-").replace("-", "_"): each.name for each in run_options() for option in each.opts
    }
    for key in keys:
        if key in _CONVERTERS:
            continue
        if key in _WITHOUT_PROJECT:
            raise RequestError(
                f"{where}: '{key}' needs a project folder, which this version does not know yet."
            )
        meant = spelled.get(str(key).replace("-", "_"))
        if meant in _CONVERTERS:
            raise RequestError(f"{where}: '{key}' is spelled '{meant}' in a configuration file.")
        raise RequestError(
            f"{where}: there is no option '{key}'{did_you_mean(str(key), _CONVERTERS)}. "
            f"The keys are: {', '.join(_CONVERTERS)}."
        )
