"""How everything is measured: contenders take turns, and the median of each one's turns counts."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Run = Callable[[], object]
Prepare = Callable[[], Run]
"""Sets up one run (fresh catalog, fresh runner), outside the clock."""
Sample = Callable[[], float]
"""Does the thing once and says how many seconds it took."""
Result = float | str
"""Seconds, or the reason why there are none."""


class NoResultError(Exception):
    """A contender cannot do it, or takes too long; the message goes where its number would."""


def timed(prepare: Prepare) -> Sample:
    def sample() -> float:
        run = prepare()
        began = time.perf_counter()
        run()
        return time.perf_counter() - began

    return sample


def attempt(build: Callable[[], Sample]) -> Sample | str:
    """The contender, or why it cannot take part."""
    try:
        return build()
    except (ImportError, AttributeError) as error:  # not installed, or without what is measured
        return f"no {error.name}"
    except RecursionError:
        return "RecursionError"


def measure(contenders: Mapping[str, Sample | str], *, rounds: int, budget: float = 0.6) -> dict[str, Result]:
    """Let the contenders take turns, so that a drift of the machine meets all alike.

    Args:
        contenders: What to sample, by name; a string is the reason for not doing so.
        rounds: The most turns each one gets.
        budget: Seconds after which a contender that had three turns (or is far past them) is done.
    """
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    failed = {name: sample for name, sample in contenders.items() if isinstance(sample, str)}
    gc.collect()
    gc.freeze()  # what the contenders hold (10,000 nodes each) is not walked on everybody's clock
    try:
        for _ in range(rounds):
            for name, sample in contenders.items():
                if isinstance(sample, str) or name in failed or _enough(taken[name], budget):
                    continue
                try:
                    taken[name].append(sample())
                except RecursionError:
                    failed[name] = "RecursionError"
                except NoResultError as error:
                    failed[name] = str(error)
    finally:
        gc.unfreeze()
    return {name: failed[name] if name in failed else statistics.median(taken[name]) for name in contenders}


def _enough(taken: list[float], budget: float) -> bool:
    return sum(taken) > budget and (len(taken) >= 3 or sum(taken) > 5 * budget)


@dataclass
class Cap:
    """Keeps a contender out of a size that it failed at, or that would take too long.

    What its last two sizes took tells how it grows; before there are two, growth is taken as quadratic.
    """

    seconds: float = 10.0
    _taken: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    _failed: dict[str, str] = field(default_factory=dict)

    def admit(self, name: str, size: int) -> str | None:
        """None, or why not."""
        if name not in self._failed and self._expected(name, size) > self.seconds:
            self._failed[name] = f"not run (> {self.seconds:.0f} s)"
        return self._failed.get(name)

    def note(self, size: int, results: Mapping[str, Result]) -> None:
        for name, result in results.items():
            if isinstance(result, str):
                self._failed[name] = result
            else:
                self._taken.setdefault(name, []).append((size, result))

    def _expected(self, name: str, size: int) -> float:
        match self._taken.get(name, []):
            case []:
                return 0.0
            case [(last_size, last)]:
                power = 2.0
            case [*_, (size_before, before), (last_size, last)]:
                power = max(1.0, math.log(last / before) / math.log(last_size / size_before))
        return last * (size / last_size) ** power


@dataclass
class Table:
    header: list[str]
    title: str = ""
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        columns = list(zip(self.header, *self.rows, strict=True))
        widths = [max(map(len, column)) for column in columns]

        def line(cells: list[str]) -> str:
            first, *rest = zip(cells, widths, strict=True)
            return f"| {' | '.join([first[0].ljust(first[1]), *(text.rjust(w) for text, w in rest)])} |"

        ruler = "|".join("-" * (w + 1) + ("-" if not i else ":") for i, w in enumerate(widths))
        parts = [f"**{self.title}**\n"] if self.title else []
        parts += [line(self.header), f"|{ruler}|", *map(line, self.rows)]
        return "\n".join(parts + [f"\n{note}" for note in self.notes])


def cell(result: Result, scale: float = 1e6, digits: int = 1) -> str:
    return result if isinstance(result, str) else f"{result * scale:,.{digits}f}"


def ratio(above: Result, below: Result) -> str:
    return "" if isinstance(above, str) or isinstance(below, str) else f"{above / below:,.2f}x"
