"""Secrets out of everything that is shown, stored or logged: which names are secret, which values, and what hides them.

Everything that kedro_nb writes passes through `mask_text` or `mask_value`. What nodes and datasets receive never does.
"""

from kedro_nb.masking.known import MASK, mask_known, reach
from kedro_nb.masking.known import add as remember_values
from kedro_nb.masking.known import values as known_values
from kedro_nb.masking.logs import get_logger
from kedro_nb.masking.names import is_secret
from kedro_nb.masking.remember import (
    remember_catalog,
    remember_credentials,
    remember_dataset,
    remember_environment,
    remember_inputs,
    remember_parameters,
)
from kedro_nb.masking.text import error_text, mask_code, mask_start, mask_text
from kedro_nb.masking.values import hides, mask_strings, mask_value

__all__ = [
    "MASK",
    "error_text",
    "get_logger",
    "hides",
    "is_secret",
    "known_values",
    "mask_code",
    "mask_known",
    "mask_start",
    "mask_strings",
    "mask_text",
    "mask_value",
    "reach",
    "remember_catalog",
    "remember_credentials",
    "remember_dataset",
    "remember_environment",
    "remember_inputs",
    "remember_parameters",
    "remember_values",
]
