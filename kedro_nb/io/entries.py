"""What stands behind a name in a catalog: a dataset, or the entry that will make one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import DatasetError
from kedro_nb.io.base import describe, type_name
from kedro_nb.io.safe_paths import check_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kedro_nb.io.versioned import Version


class Lazy:
    """A catalog entry whose dataset will be built when it is used.

    Args:
        entry: the entry.
        stored: whether it is known that the dataset stores its data outside the object.
    """

    __slots__ = ("entry", "stored")

    def __init__(self, entry: dict[str, Any], *, stored: bool = False) -> None:
        self.entry = entry
        self.stored = stored


def shown(dataset: Any) -> str:
    if type(dataset) is not Lazy:
        return describe(dataset)
    wanted = dataset.entry["type"]
    return type_name(wanted) if isinstance(wanted, type) else str(wanted)


def class_of(dataset: Any) -> type | None:
    """The class of a dataset, built or not; None where an entry asks for a class that is not there."""
    if type(dataset) is not Lazy:
        return type(dataset)
    from kedro_nb.io.types import resolve_type

    try:
        return resolve_type(dataset.entry["type"])
    except DatasetError:
        return None


def type_of(dataset: Any) -> str:
    """The dotted name of its class, or what its entry says where there is no such class."""
    cls = class_of(dataset)
    return str(dataset.entry["type"]) if cls is None else type_name(cls)


def condition(
    name_regex: re.Pattern[str] | str | None,
    type_regex: re.Pattern[str] | str | None,
    by_type: type | Iterable[type] | None,
) -> Callable[[str, Any], bool]:
    """Tells of a name and its dataset whether they fit everything that is given."""
    in_name, in_type = _regex(name_regex), _regex(type_regex)
    classes = (by_type,) if isinstance(by_type, type) else tuple(by_type or ())

    def fits(name: str, dataset: Any) -> bool:
        if in_name and not in_name.search(name):
            return False
        if in_type and not in_type.search(type_of(dataset)):
            return False
        if by_type is None:
            return True
        cls = class_of(dataset)
        return cls is not None and issubclass(cls, classes)

    return fits


def _regex(pattern: re.Pattern[str] | str | None) -> re.Pattern[str] | None:
    try:
        return None if pattern is None else re.compile(pattern)
    except re.error as error:
        raise DatasetError(f"{pattern!r} is not a regular expression: {error}") from error


def load_version_of(dataset: Any) -> str | None:
    version: str | None = getattr(getattr(dataset, "_version", None), "load", None)
    return version


def with_version(name: str, dataset: Any, version: Version) -> Any:
    if not hasattr(dataset, "_version") or not hasattr(dataset, "_copy"):
        raise DatasetError(
            f"Dataset '{name}' ({type(dataset).__name__}) keeps no versions: version {version.load!r} cannot be loaded."
        )
    for each in version:
        check_version(each, name)
    return dataset._copy(_version=version)  # noqa: SLF001 - Kedro's protocol has no public way
