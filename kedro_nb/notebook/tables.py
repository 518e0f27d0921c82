"""Tables as a notebook and a terminal show them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from kedro_nb.masking import mask_text
from kedro_nb.notebook.markup import html_note, html_table
from kedro_nb.session.display import columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_Row = TypeVar("_Row")


class Table(ABC, Generic[_Row]):
    """Shows itself as a table. A subclass says what it has in its cells.

    Args:
        rows: what it shows.
        note: shown below it.

    Attributes:
        headings: of the columns.
        right: the columns whose cells stand at the right, in text.
    """

    headings: ClassVar[tuple[str, ...]]
    right: ClassVar[tuple[int, ...]] = ()

    def __init__(self, rows: Iterable[_Row], note: str = "") -> None:
        self.rows = list(rows)
        self.note = note

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[_Row]:
        return iter(self.rows)

    def __repr__(self) -> str:
        shown = [self.headings, *map(self._shown, self.rows)]
        return "\n".join(filter(None, (columns(shown, right=self.right) if self.rows else "", self.note)))

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002 - IPython's signature
        printer.text(repr(self))

    def _repr_html_(self) -> str:
        return (self._html() if self.rows else "") + html_note(self.note)

    def _shown(self, row: _Row) -> tuple[str, ...]:
        return tuple(map(mask_text, self._cells(row)))

    @abstractmethod
    def _cells(self, row: _Row) -> tuple[str, ...]:
        """What stands in the cells of a row."""

    def _html(self) -> str:
        return html_table(self.headings, map(self._shown, self.rows))
