"""Which datasets and parameters a node reads: by the names of its function's arguments, or of a cell's variables."""

from __future__ import annotations

import builtins
import inspect
import re
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import RequestError, did_you_mean
from kedro_nb.pipeline.parameters import PREFIX, WHOLE, is_parameter
from kedro_nb.pipeline.transcoding import strip_transcoding
from kedro_nb.session.parsing import split_list

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from kedro_nb.session.cells.names import CellNames

_ANYTHING = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_BY_POSITION = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@dataclass(frozen=True)
class Said:
    """What -i or -o says.

    Args:
        option: its spelling, for messages.
        items: (argument, variable or key, dataset), in order; None as the first where the dataset stands alone.
        given: whether the option was there at all.
    """

    option: str
    items: tuple[tuple[str | None, str], ...] = ()
    given: bool = False

    @property
    def listed(self) -> list[str]:
        """The names that stand alone."""
        return [right for left, right in self.items if left is None]

    @property
    def named(self) -> dict[str, str]:
        return {left: right for left, right in self.items if left is not None}

    @property
    def left(self) -> list[str]:
        """The names of the function's or the cell's side."""
        return [left or right for left, right in self.items]

    @classmethod
    def parse(cls, text: str | None, option: str) -> Said:
        """`a,b=c,params:d` taken apart."""
        items: list[tuple[str | None, str]] = []
        for item in split_list(text or ""):
            left, equals, right = (part.strip() for part in item.partition("="))
            if equals and (not left or not right):
                raise RequestError(f"{option}: '{item}' is not of the form name=dataset.")
            if equals and any(left == other for other, _ in items):
                raise RequestError(f"{option} gives '{left}' twice.")
            items.append((left, right) if equals else (None, left))
        return cls(option, tuple(items), given=text is not None)


@dataclass(frozen=True)
class Known:
    """What there is to read.

    Args:
        datasets: by name.
        parameters: by name, without `params:`.
        catalog: asked about names that only a pattern of it may fit.
    """

    datasets: Collection[str] = ()
    parameters: Collection[str] = ()
    catalog: Collection[str] = ()

    def source(self, name: str) -> str | None:
        """What stands for the name: a dataset before a parameter."""
        if name in self.datasets:
            return name
        return f"{PREFIX}{name}" if name in self.parameters else None

    def has(self, dataset: str) -> bool:
        """Whether a name as nodes write it stands for something."""
        if is_parameter(dataset):
            return dataset == WHOLE or dataset.removeprefix(PREFIX) in self.parameters
        return (
            dataset in self.datasets or strip_transcoding(dataset) in self.datasets or dataset in self.catalog
        )


def spellings(dataset: str) -> list[str]:
    """The variables that may stand for a dataset: `a.b@c` is a_b_c, a_b or b."""
    name = dataset.removeprefix(PREFIX)
    bare = strip_transcoding(name)
    found = [re.sub(r"\W", "_", name), re.sub(r"\W", "_", bare), re.split(r"\W", bare)[-1]]
    return list(dict.fromkeys(found))


# The arguments of a function


def inputs_by_name(
    func: Callable[..., Any],
    known: Known,
    said: Said | None = None,
    written: Mapping[str, inspect.Parameter] | None = None,
) -> list[str] | dict[str, str]:
    """The inputs of a function whose arguments are named as its datasets and parameters are.

    Args:
        func: whose arguments count.
        known: what there is.
        said: what differs from the names.
        written: the arguments in the function's text, which count where a decorator lets everything through.

    Raises:
        RequestError: `said` does not fit the function.
    """
    said = said or Said("inputs")
    arguments = _arguments(func)
    by_place = True
    if written and all(each.kind in _ANYTHING for each in arguments.values()):
        by_place = any(each.kind is each.VAR_POSITIONAL for each in arguments.values())
        arguments = dict(written)
    given = _given(func, arguments, said)
    chosen: dict[str, str] = {}
    for name, argument in arguments.items():
        if name in given:
            chosen[name] = given[name]
        elif argument.kind not in (argument.VAR_POSITIONAL, argument.VAR_KEYWORD):
            source = known.source(name) or _default_source(argument)
            if source is not None:
                chosen[name] = source
    _check_places(arguments, chosen, given, said)
    chosen.update({name: source for name, source in given.items() if name not in chosen})  # for **kwargs
    first = list(arguments)[: len(chosen)]
    if by_place and list(chosen) == first and all(arguments[name].kind in _BY_POSITION for name in first):
        return list(chosen.values())
    for name in chosen:
        if name in arguments and arguments[name].kind is inspect.Parameter.POSITIONAL_ONLY:
            raise RequestError(
                f"{_name(func)} takes '{name}' by its place only (/), and others of its inputs by name: a node gives "
                "all of them in one way. Leave the / out."
            )
    return chosen


def _arguments(func: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    try:
        return dict(inspect.signature(func).parameters)
    except (TypeError, ValueError):
        raise RequestError(
            f"{func!r} does not tell its arguments: name the inputs, as in inputs=['xs', 'params:k']."
        ) from None


def _default_source(argument: inspect.Parameter) -> str | None:
    """What an argument reads that is neither a dataset nor a parameter yet; None where its default will do."""
    default = argument.default
    if default is argument.empty:
        return argument.name
    return default if isinstance(default, str) and is_parameter(default) else None


def _given(
    func: Callable[..., Any], arguments: Mapping[str, inspect.Parameter], said: Said
) -> dict[str, str]:
    """Argument -> dataset, as far as it was said. Parameters go where they are named, datasets by position."""
    given = dict(said.named)
    anything = any(each.kind is each.VAR_KEYWORD for each in arguments.values())
    for name in given:
        if name not in arguments and not anything:
            raise RequestError(
                f"{_name(func)} has no argument '{name}'{did_you_mean(name, arguments)} ({said.option})."
            )
    rest = []
    for source in said.listed:
        fits = [name for name in spellings(source) if name in arguments and name not in given]
        if is_parameter(source) and fits:
            given[fits[0]] = source
        else:
            rest.append(source)
    places = [name for name, each in arguments.items() if each.kind in _BY_POSITION and name not in given]
    if len(rest) > len(places):
        raise RequestError(
            f"{said.option} names {len(said.left)} inputs, and {_name(func)} takes "
            f"{', '.join(arguments) or 'none'}."
        )
    return {**given, **dict(zip(places, rest, strict=False))}


def _check_places(
    arguments: Collection[str], chosen: Mapping[str, str], given: Mapping[str, str], said: Said
) -> None:
    """Refuse a name that stands alone in -i, goes to one argument by its place, and bears another one's name."""
    for name, source in given.items():
        if source in arguments and source != name and name not in said.named:
            pairs = ",".join(f"{name}={source}" for name, source in chosen.items() if name != source)
            raise RequestError(
                f"{said.option} {source}: is it for the argument '{name}', by its place, or for '{source}'? Arguments "
                f"read what bears their name; say what differs, as in: {said.option} {pairs}"
            )


def _name(func: Callable[..., Any]) -> str:
    return f"'{getattr(func, '__name__', type(func).__name__)}'"


# The variables of a cell


@dataclass(frozen=True)
class CellInputs:
    """Where the names come from that a cell reads.

    Args:
        inputs: variable -> dataset or parameter.
        notebook: what stays a variable of the notebook.
    """

    inputs: Mapping[str, str]
    notebook: Collection[str]


def inputs_of_cell(
    names: CellNames,
    known: Known,
    notebook: Mapping[str, Any],
    *,
    said: Said,
    written: Collection[str] = (),
    is_node: Callable[[Any], bool] = lambda _: False,
) -> CellInputs:
    """Tell for each name that a cell reads whether it is a dataset, a parameter, or the notebook's.

    Args:
        names: of the cell.
        known: what there is.
        notebook: the notebook's variables.
        said: what -i says.
        written: the datasets that the cell writes.
        is_node: whether a function is a node's, which may be named as the dataset that it writes.

    Raises:
        RequestError: a name is nothing of these, or is used in a way that a node cannot.
    """
    inputs = _said_of_cell(names, said)
    stay: list[str] = []
    for name in sorted(names.read, key=names.read.__getitem__):
        source = inputs.get(name) or known.source(name)
        value = notebook[name] if name in notebook else getattr(builtins, name, None)
        is_function = _stays(value, only_called=name in names.called)
        if source and is_function and name not in inputs and not is_node(value):
            source = None
        there = name in notebook or hasattr(builtins, name)
        if source is None and not there and name in known.catalog:
            source = name  # a pattern fits
        if source is not None and source in written and name in names.needed:
            raise _reads_what_it_writes(name, source)
        if source is not None and source not in written:
            _check_scope(name, names)
            inputs[name] = source
        elif there:
            _check_rebound(name, names, own=name in notebook)
            if name in notebook and name != "get_ipython":
                stay.append(name)
        elif name in names.needed:
            raise _unknown(name, names, known, notebook)
    ordered = {name: inputs[name] for name in sorted(inputs, key=names.read.__getitem__)}
    return CellInputs(ordered, stay)


def _said_of_cell(names: CellNames, said: Said) -> dict[str, str]:
    inputs = dict(said.named)
    for source in said.listed:
        fits = [name for name in spellings(source) if name in names.read]
        inputs[fits[0] if fits else spellings(source)[-1]] = source
    for name in inputs:
        if name not in names.read:
            raise RequestError(
                f"{said.option} names '{name}', which the cell does not read"
                f"{' before it assigns it' if name in names.bound else did_you_mean(name, names.read)}."
            )
    return inputs


def _stays(value: Any, *, only_called: bool) -> bool:
    """Whether a name that a dataset has too means the notebook's function or module."""
    callables = (FunctionType, BuiltinFunctionType, type)
    return isinstance(value, ModuleType) or (only_called and isinstance(value, callables))


def _check_scope(name: str, names: CellNames) -> None:
    if name in names.in_class:
        raise RequestError(
            f"Line {names.in_class[name]}: '{name}' is an input of the node, and a class of the cell has an attribute "
            "of that name made from it, which Python looks for elsewhere. Give the attribute another name."
        )
    if name in names.declared:
        raise RequestError(
            f"Line {names.declared[name]}: '{name}' is an input of the node, and so it cannot be global. A node gives "
            "its results as outputs (-o)."
        )


def _check_rebound(name: str, names: CellNames, *, own: bool) -> None:
    if name not in names.needed or name not in names.bound or name in names.declared:
        return
    if not own:
        raise RequestError(
            f"Line {names.needed[name]}: the cell uses Python's own '{name}' and assigns it too. Use another name "
            "for the new value."
        )
    raise RequestError(
        f"Line {names.needed[name]}: the cell reads '{name}' of the notebook and assigns it too. A node changes "
        "no variables of the notebook: use another name for the new value, or make it a dataset "
        f"(%kedro_save {name} {name})."
    )


def _reads_what_it_writes(name: str, source: str) -> RequestError:
    return RequestError(
        f"The cell reads '{source}' and writes it too (-o), so it could not run again. Give the result a name of its "
        f"own, as in: -o {name}=new_{strip_transcoding(source)}"
    )


def _unknown(name: str, names: CellNames, known: Known, notebook: Collection[str]) -> RequestError:
    line = names.needed[name]
    if name in names.bound:
        return RequestError(
            f"Line {line}: '{name}' is read before it is assigned, and there is no dataset of that name."
        )
    public = [each for each in notebook if not each.startswith("_") and not hasattr(builtins, each)]
    return RequestError(
        f"Line {line}: '{name}' is no dataset, no parameter and no variable of the notebook"
        f"{did_you_mean(name, [*known.datasets, *known.parameters, *public])}. If it is a dataset that is still to "
        f"come, name it: -i {name}"
    )
