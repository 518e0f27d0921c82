"""Errors on their way between processes: type, text, notes and traceback arrive, whatever the error is made of."""

from __future__ import annotations

import pickle

from kedro_nb.errors import WorkerError
from kedro_nb.runner.executors.remote_traceback import SentFrame, pack_traceback, unpack_traceback
from kedro_nb.runner.failure import annotate

SentError = tuple[bytes | None, str, str, list[str], list[SentFrame]]


def pack_error(error: BaseException) -> SentError:
    """The error pickled, if it can be; its type, text and notes; and its traceback."""
    import cloudpickle

    frames = pack_traceback(error.__traceback__)
    notes = [str(note) for note in getattr(error, "__notes__", ())]
    try:
        pickled = cloudpickle.dumps(error)
        pickle.loads(pickled)
    except BaseException:  # noqa: BLE001 - an error's own code may do anything
        pickled = None
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - the same
        text = ""
    return pickled, type(error).__qualname__, text, notes, frames


def unpack_error(
    pickled: bytes | None, kind: str, text: str, notes: list[str], frames: list[SentFrame]
) -> BaseException:
    """The error, or where it does not pickle a WorkerError that says what it was."""
    error: BaseException | None = None
    if pickled is not None:
        try:
            error = pickle.loads(pickled)
        except Exception:  # noqa: BLE001 - an error's own code may do anything
            error = None
    if not isinstance(error, BaseException):
        error = WorkerError(f"{kind}: {text}")
    for note in notes:
        annotate(error, note)
    error.__traceback__ = unpack_traceback(frames)
    return error
