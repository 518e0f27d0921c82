"""How often a view may draw: it has a small share of the time that the run takes."""

from __future__ import annotations

_SHORTEST = 0.1  # seconds between two updates
_RATE = 400_000  # characters a second to send: some pages are far away
_SENDING = 2.0  # the kernel's other threads take as much again to send what was drawn
_WHOLE, _LINE = 0.008, 0.002  # shares of the run's time for whole pages, and for the line above them alone


def gap_after(characters: int) -> float:
    """Seconds from an update of this size to the next at least."""
    return max(_SHORTEST, characters / _RATE)


class Budget:
    """Counts what drawing costs. It knows no clock: whoever draws says how long it took.

    Args:
        share: of the run's time that drawing may take.
        reserve: seconds of it that are not for what is drawn on the way.
    """

    def __init__(self, share: float, reserve: float = 0.0) -> None:
        self._share = share
        self._spent = reserve

    def spend(self, seconds: float) -> None:
        """So long did it take to draw once."""
        self._spent += _SENDING * seconds

    @property
    def due(self) -> float:
        """Seconds from the start of the run before which nothing further is to be drawn."""
        return self._spent / self._share


def budgets(first_and_last: float) -> tuple[Budget, Budget]:
    """What whole pages may take, and lines alone.

    Args:
        first_and_last: seconds that these two pages take, sending included.
    """
    return Budget(_WHOLE, first_and_last), Budget(_LINE)
