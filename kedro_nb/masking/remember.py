"""Where this process learns of secret values: credentials, parameters, datasets and the environment."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Any

from kedro_nb.masking.known import ANYWHERE, add
from kedro_nb.masking.names import is_secret, words
from kedro_nb.masking.text import secrets_in

_DEEPEST = 50
_WORKING_DIRECTORY = frozenset({"PWD", "OLDPWD"})
_CREDENTIALS = "credentials"
# In credentials everything is secret but these: they say where a service is, and stand in other text as well.
_PLACES = words(
    "endpoint endpoint_url region region_name host hostname port database dbname db schema project project_id type "
    "driver dialect protocol bucket container anon scope location domain"
)


def remember_credentials(credentials: Any) -> None:
    """Hide what credentials hold, whatever they are made of."""
    add(_leaves(credentials, _DEEPEST, set()))


def remember_parameters(parameters: Mapping[str, Any]) -> None:
    """Hide the values under secret names, and the passwords in addresses and connection strings."""
    add(_secrets(None, parameters, _DEEPEST, set()))


def remember_dataset(dataset: Any) -> None:
    """Hide the credentials that a dataset was made with."""
    with contextlib.suppress(Exception):  # datasets are the user's, too
        given = vars(dataset).get("_init_args")
        if isinstance(given, tuple):  # ours; Kedro's are a mapping
            given = {**given[1], "": list(given[0])}
        if isinstance(given, Mapping):
            remember_parameters(given)


def remember_catalog(catalog: Any) -> None:
    """Hide the credentials in a catalog that is not ours: Kedro's, say."""
    with contextlib.suppress(Exception):  # its attributes are its own business
        held = vars(catalog)
        for dataset in held.get("_datasets", {}).values():
            remember_dataset(dataset)
        for lazy in held.get("_lazy_datasets", {}).values():
            remember_parameters(lazy.config)
        for name in ("_resolved_configs", "_dataset_patterns", "_credentials"):
            remember_parameters({name: getattr(held.get("_config_resolver"), name, None)})


def remember_environment() -> None:
    """Hide the environment variables with secret names, and the passwords in the others."""
    shown = ((name, value) for name, value in os.environ.items() if name not in _WORKING_DIRECTORY)
    add(secret for name, value in shown for secret in _secrets(name, value, 1, set()))


def _secrets(name: object, value: Any, depth: int, seen: set[int]) -> Iterator[str]:
    """The secrets in a value of this name."""
    if is_secret(name):
        yield from _leaves(value, depth, seen, named=name != _CREDENTIALS)
    elif isinstance(value, str):
        yield from secrets_in(value)
    elif _is_new(value, depth, seen):
        pairs = value.items() if isinstance(value, Mapping) else ((None, each) for each in value)
        for key, each in pairs:
            yield from _secrets(key, each, depth - 1, seen)


def _leaves(value: Any, depth: int, seen: set[int], *, named: bool = False) -> Iterator[str]:
    """Every single value, as text.

    Args:
        value: credentials.
        depth: levels to look into.
        seen: what was looked into, by id: data may contain itself.
        named: the name of the value is secret; other short values are not worth hiding.
    """
    if isinstance(value, str | bytes):
        text = value if isinstance(value, str) else value.decode("utf-8", "replace")
        if named or len(text) >= ANYWHERE:
            yield text
        yield from secrets_in(text)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if named:
            yield str(value)
    elif _is_new(value, depth, seen):
        pairs = value.items() if isinstance(value, Mapping) else ((None, each) for each in value)
        for key, each in pairs:
            if key not in _PLACES:
                yield from _leaves(each, depth - 1, seen, named=named or is_secret(key))
            elif isinstance(each, str):
                yield from secrets_in(each)
    elif hasattr(type(value), "get_secret_value"):  # pydantic's SecretStr
        with contextlib.suppress(Exception):
            yield str(value.get_secret_value())


def _is_new(value: Any, depth: int, seen: set[int]) -> bool:
    """Whether to look into a value; each is looked into once."""
    if depth == 0 or not isinstance(value, Mapping | list | tuple | set) or id(value) in seen:
        return False
    seen.add(id(value))
    return True
