"""Send an exception to another process: it arrives as the same class, with its arguments, attributes and traceback.

An error travels in pieces and is put together without a call of its `__init__`, which may take other arguments than
`args` has, or make another message of them. A class with methods for pickling of its own is pickled by these. What
cannot be pickled is left out, and a note says so; an error whose class cannot be pickled arrives as a WorkerError.
"""

from __future__ import annotations

import copyreg
import pickle
from typing import Any, NamedTuple

from kedro_nb.errors import WorkerError
from kedro_nb.exception_copies import linked, presentable
from kedro_nb.exception_parts import Parts, link, put_together, take_apart
from kedro_nb.exceptions import (
    add_note,
    cause_of,
    context_of,
    headline_of,
    hides_context,
    is_a,
    members_of,
    notes_of,
    set_traceback,
    traceback_of,
)
from kedro_nb.io.by_value import dumps_by_value
from kedro_nb.masking import known_values, remember_values
from kedro_nb.runner.executors.remote_traceback import SentFrame, pack_traceback, unpack_traceback
from kedro_nb.runner.result import describe_value

_FRAMES = 300  # of all errors together
_PICKLING = (
    "__reduce__",
    "__reduce_ex__",
    "__getstate__",
    "__setstate__",
    "__getnewargs__",
    "__getnewargs_ex__",
)


class SentError(NamedTuple):
    """One error, as it travels. Other errors are given by their place in the list of all that travel together.

    Args:
        pickled: the error, or its parts; empty where its class cannot be pickled.
        headline: its class and message, in case it cannot be made there.
        message: of an exception group.
        notes: its notes.
        frames: its traceback.
        cause, context: errors that led to it; -1 for none.
        hides: its context is hidden.
        members: of an exception group.
        secrets: the values that this process hides, with the first error: the other one hides them where it shows it.
    """

    pickled: bytes
    headline: str
    message: str
    notes: list[str]
    frames: list[SentFrame]
    cause: int
    context: int
    hides: bool
    members: tuple[int, ...]
    secrets: tuple[str, ...] = ()


def pack_error(error: BaseException) -> list[SentError]:
    """The error, first, and those that it leads to. Never raises."""
    errors = [presentable(error)]
    places = {id(errors[0]): 0}
    for each in errors:  # which grows meanwhile
        for other in linked(each):
            if id(other) not in places:
                places[id(other)] = len(errors)
                errors.append(other)
    sent, frames = [], _FRAMES
    for each in errors:
        packed = _pack(each, places, frames)
        frames = max(frames - len(packed.frames), 0)
        sent.append(packed)
    return [sent[0]._replace(secrets=known_values()), *sent[1:]]


def _pack(error: BaseException, places: dict[int, int], frames: int) -> SentError:
    pickled, left_out = _pickled(error)
    notes = notes_of(error)
    if left_out:
        notes.append(f"Left out, as the worker process could not pickle it: {', '.join(left_out)}")
    return SentError(
        pickled,
        headline_of(error),
        error.message if isinstance(error, BaseExceptionGroup) else "",
        notes,
        pack_traceback(traceback_of(error), frames),
        places.get(id(cause_of(error)), -1),
        places.get(id(context_of(error)), -1),
        hides_context(error),
        tuple(places[id(each)] for each in members_of(error)),
    )


def _pickled(error: BaseException) -> tuple[bytes, list[str]]:
    """The error, or its parts, and the names of what had to be left out."""
    parts = take_apart(error)
    if members_of(error):
        parts = parts._replace(args=())
    elif _pickles_itself(parts.kind):
        pickled = _try_to_pickle(error)
        if type(_try_to_load(pickled)) is parts.kind:
            return pickled, []
    pickled = _try_to_pickle(parts)
    if isinstance(_try_to_load(pickled), Parts):
        return pickled, []
    parts, left_out = _what_pickles(parts)
    pickled = _try_to_pickle(parts)
    return (pickled, left_out) if isinstance(_try_to_load(pickled), Parts) else (b"", [])


def _pickles_itself(kind: type) -> bool:
    """Whether a class in Python, and not BaseException, says how its objects are pickled."""
    if kind in copyreg.dispatch_table:
        return True
    own = kind.__mro__[: kind.__mro__.index(BaseException)]
    return any(name in vars(each) for each in own for name in _PICKLING if each.__module__ != "builtins")


def _what_pickles(parts: Parts) -> tuple[Parts, list[str]]:
    """The parts without what cannot be pickled, and how that was called. Arguments are replaced by their text."""
    left_out = []
    args = list(parts.args)
    for position, value in enumerate(args):
        if not _survives(value):
            left_out.append(f"argument {position + 1}")
            args[position] = _described(value)
    kept: list[dict[str, Any]] = []
    for values in (parts.fields, parts.state):
        kept.append({name: value for name, value in values.items() if _survives(value)})
        left_out += [str(name) for name in values if name not in kept[-1]]
    return Parts(parts.kind, tuple(args), *kept), left_out


def _described(value: Any) -> str:
    try:
        return describe_value(value)
    except BaseException:  # noqa: BLE001 - the code of the value
        return f"<{type(value).__name__}>"


def _survives(value: Any) -> bool:
    pickled = _try_to_pickle(value)
    return bool(pickled) and type(_try_to_load(pickled)) is type(value)


def _try_to_pickle(value: Any) -> bytes:
    try:
        return dumps_by_value(value)
    except BaseException:  # noqa: BLE001 - an error's own code may do anything
        return b""


def _try_to_load(pickled: bytes) -> Any:
    if not pickled:
        return None
    try:
        return pickle.loads(pickled)
    except BaseException:  # noqa: BLE001 - the same
        return None


def unpack_error(sent: list[SentError]) -> Any:
    """The error, or where its class cannot be pickled a WorkerError that says what it was."""
    remember_values(sent[0].secrets)
    made: dict[int, BaseException] = {}
    for place in reversed(range(len(sent))):
        _make(sent, place, made)
    for place, error in made.items():
        packed = sent[place]
        link(error, made.get(packed.cause), made.get(packed.context), hides=packed.hides)
        set_traceback(error, unpack_traceback(packed.frames))
        for note in packed.notes:
            add_note(error, note)
    return presentable(made[0])


def _make(sent: list[SentError], place: int, made: dict[int, BaseException]) -> BaseException:
    """The error at one place, without what leads to it; the members of a group are made before it."""
    if place in made:
        return made[place]
    packed = sent[place]
    members = [_make(sent, each, made) for each in packed.members]
    content = _try_to_load(packed.pickled)
    error: BaseException | None = None
    if isinstance(content, Parts):
        try:
            error = put_together(content, members, packed.message)
        except BaseException:  # noqa: BLE001 - the class is not what it was in the worker
            error = None
    elif is_a(content, BaseException):
        error = content
    if error is None:
        error = BaseExceptionGroup(packed.headline, members) if members else WorkerError(packed.headline)
    made[place] = error
    return error
