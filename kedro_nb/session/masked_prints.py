"""Secrets out of what nodes print, also where a secret comes in several pieces."""

from __future__ import annotations

from itertools import islice

from kedro_nb.masking import mask_known, mask_text, reach

_NEAR = 50  # parts in which a secret may have begun


def mask_last(prints: list[tuple[str, str]]) -> int:
    """Mask the last part; where a known value began in the parts before it, they become one part.

    Args:
        prints: what a node has printed: (stream, text), the last of them new. Changed in place.

    Returns:
        How many characters there are more than before.
    """
    stream, text = prints[-1]
    before = _before(prints, stream, reach() - 1)
    tail = "".join(prints[place][1] for place in before)
    near = tail[len(tail) - reach() + 1 :] if len(tail) >= reach() else tail
    if near and mask_known(near + text) != mask_known(near) + mask_known(text):
        masked, places = mask_text(tail + text), [*before, len(prints) - 1]
    else:
        tail, masked, places = "", mask_text(text), [len(prints) - 1]
    for place in reversed(places):
        del prints[place]
    prints.append((stream, masked))
    return len(masked) - len(tail) - len(text)


def _before(prints: list[tuple[str, str]], stream: str, room: int) -> list[int]:
    """The places of the parts of this stream before the last one, in order, as far back as a value may reach."""
    places: list[int] = []
    for place in islice(range(len(prints) - 2, -1, -1), _NEAR):
        if room <= 0:
            break
        if prints[place][0] == stream:
            places.append(place)
            room -= len(prints[place][1])
    return places[::-1]
