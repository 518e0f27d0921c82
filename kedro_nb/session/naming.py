"""What to say about a name that is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_nb.errors import RequestError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection

_LONGEST = 500  # characters of a name
_SHORT = 12  # longer lists help nobody


def unknown(kind: str, name: str, known: Collection[str], where: str = "", more: str = "") -> RequestError:
    """The error for one unknown name: the closest ones, and all of them when they are few.

    Args:
        kind: what it should be the name of, as in "node".
        name: as the user wrote it.
        known: the names that there are.
        where: follows the name, as in " in the pipeline".
        more: a last sentence.
    """
    shown = name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"
    parts = [f"There is no {kind} '{shown}'{where}{_hint(name, known)}."]
    if not known:
        parts.append("There is none at all.")
    elif len(known) == 1:
        parts.append(f"The only one is '{next(iter(known))}'.")
    elif len(known) <= _SHORT:
        parts.append(f"There are: {', '.join(sorted(known))}.")
    if more:
        parts.append(more)
    return RequestError(" ".join(parts))


def _hint(name: str, known: Collection[str]) -> str:
    """The same name within a namespace or without its suffix, else names that look alike."""
    related = sorted(each for each in known if each.endswith(f".{name}") or each.startswith(f"{name}__"))
    if related:
        return f" - did you mean one of these instead: {', '.join(related[:3])}"
    return did_you_mean(name, known)
