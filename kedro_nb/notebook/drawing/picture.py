"""What the pictures of a run have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from string import punctuation
from typing import TYPE_CHECKING
from urllib.parse import quote

from kedro_nb.notebook.drawing.palette import FONT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MARGIN = 6
_KEPT = f"{punctuation} "


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a picture with something to tell: text, left, top, width and height."""

    about: str
    left: int
    top: int
    width: int
    height: int


class Picture(ABC):
    """A picture that is made once and drawn often.

    It is shown as an image, where nothing from the page reaches in: its quotes are single ones, for data URIs.

    Attributes:
        width, height: in pixels, without margins.
        spots: what to tell of places in it, as an image has no tooltips.
        caption: what to say below it.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.spots: list[Spot] = []
        self.caption = ""

    @abstractmethod
    def draw(self, states: Mapping[str, str], words: Mapping[str, str]) -> str:
        """As SVG.

        Args:
            states: "waiting", "loading", "running", "saving", "done", "skipped", "failed" or "cancelled", by node name.
            words: what to say of a node beside its name.
        """


def in_frame(picture: Picture, body: str) -> str:
    wide, high = picture.width + 2 * MARGIN, picture.height + 2 * MARGIN
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{wide}' height='{high}' "
        f"viewBox='-{MARGIN} -{MARGIN} {wide} {high}' font-family='{FONT}' text-anchor='middle'>{body}</svg>"
    )


def by_state(states: Mapping[str, str], names: Iterable[str]) -> dict[str, list[str]]:
    """The names by their state; one that is not told of waits."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(states.get(name, "waiting"), []).append(name)
    return groups


def data_uri(svg: str) -> str:
    """The picture as an image's address. Escapes are shorter than base64, as tags are few."""
    for char in "%#<>&\n":
        svg = svg.replace(char, f"%{ord(char):02X}")
    return f"data:image/svg+xml,{svg if svg.isascii() else quote(svg, safe=_KEPT)}"
