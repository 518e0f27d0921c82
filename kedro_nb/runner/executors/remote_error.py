"""Errors on their way between processes: type, text, notes and traceback arrive, whatever the error is made of."""

from __future__ import annotations

import pickle
from typing import Any

from kedro_nb.errors import WorkerError
from kedro_nb.io.by_value import dumps_by_value
from kedro_nb.runner.executors.remote_traceback import pack_traceback, unpack_traceback
from kedro_nb.runner.failure import annotate

_CAUSES = 5  # errors that lead to the error

SentError = dict[str, Any]


def pack_error(error: BaseException, causes: int = _CAUSES) -> SentError:
    """The error pickled, if it can be; its type, text and notes; its traceback; and what led to it."""
    try:
        pickled = dumps_by_value(error)
        if type(pickle.loads(pickled)) is not type(error):
            pickled = b""
    except BaseException:  # noqa: BLE001 - an error's own code may do anything
        pickled = b""
    try:
        text = str(error)
    except BaseException:  # noqa: BLE001 - the same
        text = ""
    cause = error.__cause__
    context = None if error.__suppress_context__ else error.__context__
    return {
        "pickled": pickled,
        "kind": type(error).__qualname__,
        "text": text,
        "notes": [str(note) for note in getattr(error, "__notes__", ())],
        "frames": pack_traceback(error.__traceback__),
        "cause": pack_error(cause, causes - 1) if cause is not None and causes else None,
        "context": pack_error(context, causes - 1) if context is not None and causes else None,
    }


def unpack_error(sent: SentError) -> Any:
    """The error, or where it does not pickle a WorkerError that says what it was."""
    error: Any = None
    if sent["pickled"]:
        try:
            error = pickle.loads(sent["pickled"])
        except Exception:  # noqa: BLE001 - an error's own code may do anything
            error = None
    if not isinstance(error, BaseException) or type(error).__qualname__ != sent["kind"]:
        error = WorkerError(f"{sent['kind']}: {sent['text']}")
    for note in sent["notes"]:
        annotate(error, note)
    error.__traceback__ = unpack_traceback(sent["frames"])
    for name in ("cause", "context"):
        if sent[name] is not None:
            setattr(error, f"__{name}__", unpack_error(sent[name]))
    return error
