"""Transcoding: one dataset read or written in several formats, `name@format`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


TRANSCODING_SEPARATOR = "@"


def split_transcoding(name: str) -> tuple[str, str]:
    """`"b@pandas"` -> `("b", "pandas")`; without a format `("b", "")`."""
    parts = name.split(TRANSCODING_SEPARATOR)
    if len(parts) > 2:  # noqa: PLR2004 - a name and a format
        raise ValueError(
            f"Expected maximum 1 transcoding separator, found {len(parts) - 1} instead: '{name}'."
        )
    return parts[0], parts[1] if len(parts) > 1 else ""


def strip_transcoding(name: str) -> str:
    return split_transcoding(name)[0] if TRANSCODING_SEPARATOR in name else name


def strip_all(names: tuple[str, ...]) -> tuple[str, ...]:
    """The same tuple when nothing is transcoded, which is nearly always."""
    for name in names:
        if TRANSCODING_SEPARATOR in name:
            return tuple(map(strip_transcoding, names))
    return names


def check_transcoding(names: Iterable[str]) -> None:
    """Refuse `b` next to `b@x`: nobody could say which format `b` is in."""
    names = set(names)
    transcoded = {strip_transcoding(name) for name in names if TRANSCODING_SEPARATOR in name}
    if bare := sorted(transcoded & names):
        raise ValueError(
            "The following datasets are used with transcoding, but were referenced without the separator: "
            f"{', '.join(bare)}.\nName the format wherever they are used, or rename them."
        )
