"""Where this process learns of secret values: credentials, parameters, datasets and the environment."""

from __future__ import annotations

import contextlib
import functools
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import PurePath
from typing import Any
from weakref import WeakValueDictionary

from kedro_nb.masking.known import ANYWHERE, add
from kedro_nb.masking.names import is_secret, words
from kedro_nb.masking.text import secrets_in

_DEEPEST = 50
_SHALLOW, _FEW, _MANY = 4, 100, 500  # levels, items of one container, containers
_LONGEST = 10_000  # characters of a text
_WORKING_DIRECTORY = frozenset({"PWD", "OLDPWD"})
_CREDENTIALS = "credentials"
_USERS = words("user username user_name uid login account account_name name email client_id tenant_id")
# In credentials everything is secret but these: they say where a service is, and stand in other text as well.
_PLACES = words(
    "endpoint endpoint_url region region_name host hostname port database dbname db schema project project_id type "
    "driver dialect protocol bucket container anon scope location domain name version method mode format"
)
# In data these are also the names of words and of ids, which stand in other text as well, unless they look random.
_ALSO_WORDS = words("token tokens key auth pass pat cookie cookies otp sas")
_RANDOM = re.compile(r"(?=\D{0,200}\d)(?:(?=[^a-z]{0,200}[a-z])(?=[^A-Z]{0,200}[A-Z])\S{8}|\S{16})")
_KEY = "key"
_read: WeakValueDictionary[int, Any] = WeakValueDictionary()  # datasets by id
_PAIR = 2
_REFERENCE = re.compile(r"[a-z]+(?:[_.:-][a-z0-9]{1,20})*")  # what an entry says in "credentials"


def remember_credentials(credentials: Any) -> None:
    """Hide every value in credentials, of any type.

    Args:
        credentials: by the names that catalog entries give.
    """
    _add(_leaves(credentials, _DEEPEST, set()))


def remember_inputs(inputs: Mapping[str, Any]) -> None:
    """Hide the values under secret names in data that is shown, of large data only in a part.

    Args:
        inputs: any objects by name, such as the inputs of a node.
    """
    _add(_secrets(None, inputs, _SHALLOW, set(), _FEW))


def remember_parameters(parameters: Mapping[str, Any]) -> None:
    """Hide the values under secret names, and the passwords in addresses and connection strings."""
    _add(_secrets(None, parameters, _DEEPEST, set()))


def remember_dataset(dataset: Any) -> None:
    """Hide the credentials that a dataset was made with; each dataset is read once."""
    with contextlib.suppress(Exception):  # datasets are the user's, too
        if _read.get(id(dataset)) is dataset:
            return
        given = vars(dataset).get("_init_args")
        if isinstance(given, tuple):  # ours; Kedro's are a mapping
            given = {**given[1], "": list(given[0])}
        for name, value in given.items() if isinstance(given, Mapping) else ():
            if is_secret(name):
                remember_credentials(value)
            else:  # it can be the data of a dataset in memory
                remember_inputs({name: value})
        _read[id(dataset)] = dataset


def remember_catalog(catalog: Any) -> None:
    """Hide the credentials in a catalog that is not ours: Kedro's, say."""
    with contextlib.suppress(Exception):  # an object may refuse to have its attributes read
        # Not `vars`: it makes all later access to the attributes of the object slower.
        if not hasattr(catalog, "_datasets"):
            return
        for dataset in catalog._datasets.values():  # noqa: SLF001 - Kedro has no public way
            remember_dataset(dataset)
        for lazy in getattr(catalog, "_lazy_datasets", {}).values():
            remember_parameters(lazy.config)
        for name in ("_resolved_configs", "_dataset_patterns", "_credentials"):
            remember_parameters({name: getattr(getattr(catalog, "_config_resolver", None), name, None)})


def remember_environment() -> None:
    """Hide the environment variables with secret names, and the passwords in the others."""
    add(secret for name, value in os.environ.items() for secret in _in_variable(name, value))


@functools.lru_cache(maxsize=1024)
def _in_variable(name: str, value: str) -> tuple[str, ...]:
    return () if name in _WORKING_DIRECTORY else tuple(_secrets(name, value, 1, set()))


def _add(secrets: Iterable[str]) -> None:
    found = []
    with contextlib.suppress(Exception):  # objects are the user's, and may raise anything
        for each in secrets:
            found.append(each)  # noqa: PERF402 - those before an error count
    add(found)


def _secrets(name: object, value: Any, depth: int, seen: set[int], most: int | None = None) -> Iterator[str]:
    """The secrets in a value of this name.

    Args:
        name: what the value is called.
        value: any; containers and objects are looked into.
        depth: levels to look into.
        seen: what was looked into, by id: data may contain itself.
        most: items of one container to look at; all by default.
    """
    if most is not None and len(seen) > _MANY:
        return
    if name == _CREDENTIALS and isinstance(value, str) and _REFERENCE.fullmatch(value):
        return
    if is_secret(name):
        leaves: Iterable[str] = _leaves(value, depth, seen, named=name != _CREDENTIALS)
        leaves = islice(leaves, most and most * _FEW)
        is_word = most is not None and str(name).lower() in _ALSO_WORDS
        yield from filter(_RANDOM.match, leaves) if is_word else leaves
    elif isinstance(value, str | bytes):
        part = value if most is None else value[:_LONGEST]
        yield from secrets_in(part if isinstance(part, str) else part.decode("utf-8", "replace"))
    else:
        items = list(islice(_items(value, depth, seen), most))
        # A "key" without another secret next to it is that of a table, say, and stands in other text, too.
        keys = [key for key, _ in items]
        is_alone = _KEY in keys and not any(is_secret(key) for key in keys if key != _KEY)
        for key, each in items:
            yield from _secrets(None if key == _KEY and is_alone else key, each, depth - 1, seen, most)


def _leaves(value: Any, depth: int, seen: set[int], *, named: bool = True) -> Iterator[str]:
    """Every single value, as text.

    Args:
        value: credentials.
        depth: levels to look into.
        seen: what was looked into, by id.
        named: short values count, too.
    """
    from numbers import Number

    if isinstance(value, str | bytes | bytearray | memoryview):
        text = value if isinstance(value, str) else bytes(value).decode("utf-8", "replace")
        if named or len(text) >= ANYWHERE:
            yield text
        yield from secrets_in(text)
    elif isinstance(value, Number | PurePath):
        if value is not True and value is not False:
            yield str(value)
    elif hasattr(type(value), "get_secret_value"):  # pydantic's SecretStr
        with contextlib.suppress(Exception):
            yield str(value.get_secret_value())
    else:
        for key, each in _items(value, depth, seen):
            if key not in _PLACES:
                yield from _leaves(each, depth - 1, seen, named=key not in _USERS)
            elif isinstance(each, str):
                yield from secrets_in(each)


def _items(value: Any, depth: int, seen: set[int]) -> Iterable[tuple[Any, Any]]:
    """What is in a container or an object, with names where it has any. Each is looked into once."""
    if depth == 0 or id(value) in seen:
        return ()
    if isinstance(value, Mapping):
        found: Iterable[tuple[Any, Any]] = value.items()
    elif isinstance(value, tuple) and (fields := getattr(type(value), "_fields", None)):
        found = zip(fields, value, strict=False)
    elif isinstance(value, list | tuple) and len(value) == _PAIR and is_secret(value[0]):
        found = ((value[0], value[1]),)
    elif isinstance(value, list | tuple | set | frozenset):
        found = ((None, each) for each in value)
    elif (library := type(value).__module__.partition(".")[0]) in _COLUMNS:
        found = _COLUMNS[library](value)
    elif isinstance(held := getattr(value, "__dict__", None), dict):
        found = list(held.items())
    else:
        slots = (name for cls in type(value).__mro__ for name in getattr(cls, "__slots__", ()))
        found = [(name, getattr(value, name)) for name in slots if hasattr(value, name)]
    seen.add(id(value))
    return found


def _columns_of_pandas(value: Any) -> Iterator[tuple[str, list[Any]]]:
    """The columns by name, those of the index too: the first and the last rows, which are what is shown."""
    for part in (value.head(_FEW), value.tail(_FEW)):
        frame = (part if part.ndim > 1 else part.to_frame()).reset_index(allow_duplicates=True)
        for place, name in enumerate(frame.columns[:_FEW]):
            yield str(name), frame.iloc[:, place].tolist()


def _columns_of_polars(value: Any) -> Iterator[tuple[str, list[Any]]]:
    for column in value.get_columns() if hasattr(value, "get_columns") else [value]:
        yield column.name, [*column.head(_FEW), *column.tail(_FEW)]


def _fields_of_numpy(value: Any) -> Iterator[tuple[str, list[Any]]]:
    for name in value.dtype.names or ():
        yield name, [*value[name].flat[:_FEW], *value[name].flat[-_FEW:]]


_COLUMNS = {"pandas": _columns_of_pandas, "polars": _columns_of_polars, "numpy": _fields_of_numpy}
