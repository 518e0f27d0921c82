"""Which text may become part of a path: a version, and what the placeholders of a dataset pattern stand for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from kedro_nb.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLAIN = re.compile(r"[\w-]+")
_SEPARATOR = re.compile(r"[/\\]")
_DRIVE = re.compile(r"[A-Za-z]:")
# What the beginning of a text can do to a path: an absolute path, a home folder, a drive, a protocol. fsspec reads
# "file:x" as a path, too.
_BEGINNINGS = tuple(
    map(re.compile, (r"[/\\]", r"~", r"[A-Za-z]:", r"[A-Za-z][\w+.-]+:{1,2}[/\\]|(?:file|local):"))
)
_HOST = re.compile(r"[^/\\]*://([^/\\?#]*)")
WORD = "name"  # what stands for a placeholder in a template


def is_safe_version(version: object) -> bool:
    """Whether the text is the name of one folder, on every system and file system."""
    return isinstance(version, str) and all(
        not _is_dots(text) and "\0" not in text and not _SEPARATOR.search(text) and not _DRIVE.match(text)
        for text in {version, unquote(version)}  # a server decodes it
    )


def check_version(version: Any, dataset: str = "") -> None:
    """Refuse a version that cannot be the name of one folder; None stands for the latest, or a new one.

    Args:
        version: to load or to save.
        dataset: its name, for the message.

    Raises:
        DatasetError: the version would lead elsewhere.
    """
    if version is None or is_safe_version(version):
        return
    of = f" (dataset '{dataset}')" if dataset else ""
    raise DatasetError(
        f"Version string {_quoted(version)} is not allowed. A version is the name of one folder: text that is not "
        rf"empty, without '/', '\', a drive letter or a NUL, and neither '.' nor '..'.{of}"
    )


def chosen_versions(
    load_versions: Mapping[str, str | None] | None, save_version: str | None
) -> dict[str, str]:
    """The versions to load, by dataset name, without those that are the latest (None).

    Raises:
        DatasetError: one of them, or the version to save, would lead elsewhere.
    """
    check_version(save_version)
    chosen = {name: version for name, version in (load_versions or {}).items() if version is not None}
    for name, version in chosen.items():
        check_version(version, name)
    return chosen


def leads_elsewhere(template: str, filled: str, values: list[str]) -> bool:
    """Whether a template with filled placeholders can be a path that its author did not mean.

    A value may have folders in it, as in "raw/cars". It may not begin with a separator, add a component '.' or '..',
    or make a relative path absolute, a home folder, or a path of another protocol, host or drive.

    Args:
        template: the text, with `WORD` for each placeholder.
        filled: the same text, with the values.
        values: what was filled in.
    """
    if all(map(_PLAIN.fullmatch, values)):  # as nearly always
        return False
    if any("\0" in value or _SEPARATOR.match(value) for value in values):
        return True
    pairs = [(template, filled)]
    if "%" in filled:  # a server decodes it
        pairs.append((unquote(template), unquote(filled)))
    return any(
        "\0" in after
        or _count_dots(after) > _count_dots(before)
        or after.count("://") > before.count("://")
        or _beginning(after) != _beginning(before)
        or not _is_host_meant(before, after)
        for before, after in pairs
    )


def _is_host_meant(template: str, filled: str) -> bool:
    """Whether the host of an address ends as in the template: "x.org/" in "https://{name}.example.com" would not."""
    meant, found = _HOST.match(template), _HOST.match(filled)
    if meant is None or found is None or meant[1] == found[1]:
        return True
    return re.fullmatch(re.escape(meant[1]).replace(WORD, ".+"), found[1], re.DOTALL) is not None


def _count_dots(path: str) -> int:
    return sum(_is_dots(part) and bool(part.strip()) for part in re.split(r"[/\\:]", path))


def _is_dots(name: str) -> bool:
    """Whether nothing but dots are left: some systems drop spaces and dots at the end of a name."""
    return not name.strip().strip(".")


def _beginning(path: str) -> list[bool]:
    return [bool(each.match(path)) for each in _BEGINNINGS]


def _quoted(version: object) -> str:
    return f"'{version}'" if isinstance(version, str) and version.isprintable() else repr(version)
