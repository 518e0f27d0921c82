"""Tracebacks on their way between processes, so that they look as they did where the error was raised.

Frames cannot be made, but whatever raises leaves one. So for each frame a function is built that has the name, the
arguments and the place of the real one, and it raises.
"""

from __future__ import annotations

import contextlib
from types import CodeType, FunctionType, TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence

_VARARGS, _VARKEYWORDS = 0x04, 0x08  # flags of a code object
_MOST = 100  # frames that are sent: an endless recursion has many, and they are alike
_WHOLE_LINE = (0, 1 << 16)  # columns: the interpreter knows none, or may not show them


class SentFrame(NamedTuple):
    """What is shown of a frame.

    Args:
        filename: where its code comes from.
        module: its `__name__`.
        name: of the function.
        qualname: the same with the class or function that it was defined in.
        first_line: where the function begins.
        lines: where it was, first and last line.
        columns: the same in columns.
        arguments: the names of the arguments, without stars.
        star: the name of `*args`.
        stars: the name of `**kwargs`.
    """

    filename: str
    module: str
    name: str
    qualname: str
    first_line: int
    lines: tuple[int, int]
    columns: tuple[int, int]
    arguments: tuple[str, ...]
    star: str | None
    stars: str | None


class _Elsewhere:
    """Stands for the value of an argument, which has stayed in the other process."""

    def __repr__(self) -> str:
        return "..."


def pack_traceback(traceback: TracebackType | None, most: int = _MOST) -> list[SentFrame]:
    """The frames, outermost first, without the middle of a very long traceback.

    Args:
        traceback: of an error.
        most: frames.
    """
    most = min(most, _MOST)
    places = []
    while traceback is not None:
        places.append(traceback)
        traceback = traceback.tb_next
    if len(places) > most:
        half = most // 2
        places = places[:half] + places[len(places) - half :]
    return [_pack(place) for place in places]


def unpack_traceback(frames: Sequence[SentFrame]) -> TracebackType | None:
    """A traceback of frames like these."""
    traceback = None
    for frame in reversed(frames):
        with contextlib.suppress(Exception):  # code that a program has made can have any places
            made = _raise(frame)
            traceback = TracebackType(traceback, made.tb_frame, made.tb_lasti, frame.lines[0])
    return traceback


def _pack(traceback: TracebackType) -> SentFrame:
    code = traceback.tb_frame.f_code
    names = list(code.co_varnames)
    count = code.co_argcount + code.co_kwonlyargcount
    arguments, names = names[:count], names[count:]
    star = names.pop(0) if code.co_flags & _VARARGS else None
    lines, columns = _place(traceback, code)
    return SentFrame(
        code.co_filename,
        str(traceback.tb_frame.f_globals.get("__name__", "")),
        code.co_name,
        code.co_qualname,
        code.co_firstlineno,
        lines,
        columns,
        tuple(name for name in arguments if name.isidentifier()),  # a comprehension's is called .0
        star,
        names[0] if code.co_flags & _VARKEYWORDS else None,
    )


def _place(traceback: TracebackType, code: CodeType) -> tuple[tuple[int, int], tuple[int, int]]:
    line = traceback.tb_lineno
    positions = list(code.co_positions())
    index = traceback.tb_lasti // 2
    if 0 <= index < len(positions):
        first, last, start, end = positions[index]
        if None not in {first, last, start, end} and first == line:
            return (line, last or line), (start or 0, end or 0)
    return (line, line), _WHOLE_LINE


def _raise(frame: SentFrame) -> TracebackType:
    """The traceback of a call of a function that looks like the frame's."""
    code = _code(frame).replace(co_name=frame.name, co_qualname=frame.qualname)
    function = FunctionType(code, {"__name__": frame.module, "__builtins__": {}})
    try:
        function(**dict.fromkeys(frame.arguments, _Elsewhere()))
    except TypeError as error:
        traceback = error.__traceback__
    assert traceback is not None
    assert traceback.tb_next is not None
    return traceback.tb_next


def _code(frame: SentFrame) -> CodeType:
    import ast

    place: Any = {
        "lineno": frame.lines[0],
        "end_lineno": frame.lines[1],
        "col_offset": frame.columns[0],
        "end_col_offset": frame.columns[1],
    }
    begin: Any = {
        "lineno": frame.first_line,
        "end_lineno": frame.first_line,
        "col_offset": 0,
        "end_col_offset": 0,
    }
    # What is raised is None: that is a TypeError, and needs no name.
    body = ast.Raise(ast.Constant(None, **place), None, **place)
    function = ast.FunctionDef("_", _arguments(frame, begin), [body], [], **begin)
    compiled = compile(ast.Module([function], []), frame.filename, "exec", dont_inherit=True)
    return next(constant for constant in compiled.co_consts if isinstance(constant, CodeType))


def _arguments(frame: SentFrame, begin: Any) -> ast.arguments:
    import ast

    return ast.arguments(
        posonlyargs=[],
        args=[ast.arg(name, **begin) for name in frame.arguments],
        vararg=ast.arg(frame.star, **begin) if frame.star else None,
        kwonlyargs=[],
        kw_defaults=[],
        kwarg=ast.arg(frame.stars, **begin) if frame.stars else None,
        defaults=[],
    )
