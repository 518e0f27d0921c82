"""How often a view may draw: it has a small share of the time that the run takes."""

from __future__ import annotations

SHORTEST = 0.1  # seconds between two updates
_SHARE = 0.01  # of the run's time for updates while it goes on; as much again is for the first and the last drawing
_RATE = 400_000  # characters a second to send, for pages that are far away


class Budget:
    """Counts what drawing costs. It knows no clock: whoever draws says how long it took.

    Args:
        share: of the run's time that all updates together may take.
    """

    def __init__(self, share: float = _SHARE) -> None:
        self._share = share
        self._spent = 0.0
        self._sent = 0

    def spend(self, seconds: float, characters: int = 0) -> None:
        """An update was made."""
        self._spent += seconds
        self._sent = characters

    @property
    def due(self) -> float:
        """Seconds from the start of the run before which no further update is to be made."""
        return self._spent / self._share

    def gap(self) -> float:
        """Seconds from the last update to the next at least."""
        return max(SHORTEST, self._sent / _RATE)

    def affords(self, seconds: float, elapsed: float) -> bool:
        """Whether something that is made once, and takes so long, is small against the run."""
        return seconds <= self._share * elapsed
