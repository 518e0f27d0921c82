"""Log lines without secrets."""

from __future__ import annotations

import logging

from kedro_nb.masking.text import error_text, mask_text


def get_logger(name: str) -> logging.Logger:
    """As `logging.getLogger`; what is logged there is masked before any handler has it."""
    logger = logging.getLogger(name)
    if _mask not in logger.filters:
        logger.addFilter(_mask)
    return logger


def _mask(record: logging.LogRecord) -> bool:
    """Put the message and the traceback of a record in order; no record is dropped."""
    try:
        message = record.getMessage()
    except Exception:  # noqa: BLE001 - the handler says what is wrong with the arguments
        return True
    shown = mask_text(message)
    if shown != message:
        record.msg, record.args = shown, ()
    if record.exc_info and not record.exc_text:
        told = logging.Formatter().formatException(record.exc_info)
        if (hidden := mask_text(told)) != told:
            kind, error, traceback = record.exc_info
            # Handlers that draw the traceback themselves get an error without the secret.
            record.exc_text = hidden
            record.exc_info = None if error is None else (RuntimeError, RuntimeError(error_text(error)), None)
            if kind is None or traceback is None:
                record.exc_info = None
    return True
