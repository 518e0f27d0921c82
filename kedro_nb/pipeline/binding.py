"""How data meets a node's function: signatures, calls, results."""

from __future__ import annotations

import functools
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Flags of a code object; generators of both kinds, plain and asynchronous.
_VARARGS, _VARKEYWORDS, _GENERATOR = 0x04, 0x08, 0x20 | 0x200

Names = str | list[str] | dict[str, str] | None


def func_name(func: Callable[..., Any]) -> str:
    name = getattr(func, "__name__", None)
    if isinstance(name, str):
        return name
    if isinstance(func, functools.partial):
        return f"partial({func_name(func.func)})"
    return type(func).__name__


def default_name(func: Callable[..., Any], inputs: tuple[str, ...], outputs: tuple[str, ...]) -> str:
    """`f__1a2b3c4d`, from the function and the datasets only: the same in every session, and in Kedro."""
    import hashlib

    name = func_name(func)
    if isinstance(func, functools.partial) and not hasattr(func, "__name__"):
        path = name
    else:
        path = f"{getattr(func, '__module__', None)}.{name}"
    key = f"{path}|{list(inputs)}|{list(outputs)}"
    return f"{name}__{hashlib.sha256(key.encode()).hexdigest()[:8]}"


def check_signature(func: Callable[..., Any], inputs: Names) -> None:
    """TypeError unless the function can be called with these inputs."""
    if type(func) is types.FunctionType and "__signature__" not in func.__dict__:
        fits = _fits_dict(func, inputs) if isinstance(inputs, dict) else _fits_count(func, _count(inputs))
    else:
        fits = _fits_signature(func, inputs)
    if not fits:
        raise TypeError(
            f"Inputs of '{func_name(func)}' function expected {_parameters(func)}, but got {inputs}"
            f"{_keyword_hint(func, inputs)}"
        )


def _count(inputs: Names) -> int:
    return len(inputs) if isinstance(inputs, list) else int(inputs is not None)


def _fits_count(func: types.FunctionType, count: int) -> bool:
    code = func.__code__
    positional = code.co_argcount
    if count > positional and not code.co_flags & _VARARGS:
        return False
    if count < positional and count < positional - len(func.__defaults__ or ()):
        return False
    return not code.co_kwonlyargcount or len(func.__kwdefaults__ or ()) == code.co_kwonlyargcount


def _fits_dict(func: types.FunctionType, inputs: dict[str, str]) -> bool:
    code = func.__code__
    names, positional = code.co_varnames, code.co_argcount
    keyword_only = names[positional : positional + code.co_kwonlyargcount]
    accepted = {*names[code.co_posonlyargcount : positional], *keyword_only}
    if not all(isinstance(key, str) for key in inputs):
        return False
    if not code.co_flags & _VARKEYWORDS and not accepted.issuperset(inputs):
        return False
    required = names[: positional - len(func.__defaults__ or ())]
    if code.co_posonlyargcount and required[: code.co_posonlyargcount]:
        return False
    optional = func.__kwdefaults__ or {}
    return all(name in inputs for name in required) and all(
        name in inputs or name in optional for name in keyword_only
    )


def _fits_signature(func: Callable[..., Any], inputs: Names) -> bool:
    signature = _signature(func)
    if signature is None:  # some builtins have none: calling them will tell
        return True
    try:
        if isinstance(inputs, dict):
            signature.bind(**inputs)
        else:
            signature.bind(*range(_count(inputs)))
    except TypeError:
        return False
    return True


def _signature(func: Callable[..., Any]) -> Any:
    import inspect

    try:
        # The outermost wrapper is what is called, so its own signature counts.
        return inspect.signature(func, follow_wrapped=False)
    except (TypeError, ValueError):
        return None


def _parameters(func: Callable[..., Any]) -> list[str]:
    signature = _signature(func)
    return list(signature.parameters) if signature else []


def _keyword_hint(func: Callable[..., Any], inputs: Names) -> str:
    signature = _signature(func)
    if signature is None or isinstance(inputs, dict):
        return ""
    names = [
        p.name for p in signature.parameters.values() if p.kind is p.KEYWORD_ONLY and p.default is p.empty
    ]
    if not names:
        return ""
    return f" (keyword-only {names} can be given by a dictionary of inputs only)"


def in_signature_order(func: Callable[..., Any], keys: Iterable[str]) -> tuple[str, ...]:
    """Arguments in the order of the function's parameters, others (`**kwargs`) after them as written."""
    if type(func) is types.FunctionType:
        code = func.__code__
        parameters = list(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
    else:
        parameters = _parameters(func)
    given = dict.fromkeys(keys)
    return tuple(dict.fromkeys([*[name for name in parameters if name in given], *given]))


def is_generator_function(func: Callable[..., Any]) -> bool:
    return bool(_flags(func) & _GENERATOR)


def _flags(func: Callable[..., Any]) -> int:
    while isinstance(func, functools.partial):
        func = func.func
    code = getattr(func, "__code__", None)
    if code is None and not isinstance(func, type):
        code = getattr(type(func).__call__, "__code__", None)  # an instance that can be called
    return getattr(code, "co_flags", 0)


def unpack(node: object, outputs: list[str] | dict[str, str] | None, result: Any) -> list[Any]:
    """What a function returned, split into several outputs or none; `node` is shown in messages."""
    if isinstance(outputs, list) and outputs:
        return _unpack_list(node, outputs, result)
    if isinstance(outputs, dict) and outputs:
        return _unpack_dict(node, outputs, result)
    if result is not None:
        import warnings

        warnings.warn(
            f"Node {node} returned a value of type '{type(result).__name__}', but the node is defined with "
            "outputs=None: the value is dropped. Name an output to keep it.",
            UserWarning,
            stacklevel=3,
        )
    return []


def _unpack_list(node: object, outputs: list[str], result: Any) -> list[Any]:
    if not isinstance(result, (tuple, list)):
        raise ValueError(  # noqa: TRY004 - Kedro's type
            f"Failed to save outputs of node {node}.\nThe node definition contains a list of outputs "
            f"{outputs}, whereas the node function returned a '{type(result).__name__}'."
        )
    if len(result) != len(outputs):
        raise ValueError(
            f"Failed to save outputs of node {node}.\nThe node function returned {len(result)} output(s), "
            f"whereas the node definition contains {len(outputs)} output(s)."
        )
    return list(result)


def _unpack_dict(node: object, outputs: dict[str, str], result: Any) -> list[Any]:
    if not isinstance(result, dict):
        raise ValueError(  # noqa: TRY004 - Kedro's type
            f"Failed to save outputs of node {node}.\nThe node output is a dictionary, whereas the function "
            f"output is {type(result)}."
        )
    if result.keys() != outputs.keys():
        raise ValueError(
            f"Failed to save outputs of node {node}.\nThe node's output keys {braced(outputs)} do not match "
            f"with the returned output's keys {braced(result)}."
        )
    return [result[key] for key in outputs]


def braced(names: Iterable[Any]) -> str:
    """As a set is shown, but always in the same order."""
    return f"{{{', '.join(sorted(map(repr, names)))}}}"
