"""A look at data: a table's head, an array's range, a picture, a text."""

from __future__ import annotations

import base64
import contextlib
import io
import sys
from typing import TYPE_CHECKING, Any

from kedro_nb.masking import MASK, hides, mask_start, mask_text, remember_inputs
from kedro_nb.notebook.markup import html, html_table
from kedro_nb.runner.measures import measure
from kedro_nb.runner.result import describe_value
from kedro_nb.session.display import bytes_text, count_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_ROWS, _COLUMNS = 10, 30
_TEXT = 2_000  # characters
_LARGEST = 50_000_000  # elements whose range is worth the time
_PICTURE = 2_000_000  # bytes
_BOX = "overflow:auto;max-height:420px"
_PRE = "margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font-family:monospace"


def preview(value: Any) -> dict[str, Any]:
    """What to show of a value: `facts` in a line, and `html`. Nothing of the user's classes can make it fail."""
    remember_inputs({"": value})
    measured = measure(value)
    facts = [measured.type]
    if measured.shape:
        facts.append(_shape(value, measured.shape))
    if measured.bytes is not None:
        facts.append(bytes_text(measured.bytes))
    body = ""
    for look in (_table, _array, _picture, _text):
        with contextlib.suppress(Exception):  # the user's objects may answer anything, or raise
            if (shown := look(value)) is not None:
                more, body = shown
                facts += more
                break
    else:
        body = f'<pre style="{_PRE}">{html(describe_value(value))}</pre>'
    return {"facts": facts, "html": f'<div style="{_BOX}">{body}</div>'}


def _shape(value: Any, shape: tuple[int, ...]) -> str:
    if len(shape) > 1:
        return " × ".join(f"{size:,}" for size in shape)  # noqa: RUF001 - the sign for sizes
    if isinstance(value, str | bytes):
        return count_text(shape[0], "character" if isinstance(value, str) else "byte")
    return count_text(shape[0], "item")


def _loaded(module: str) -> Any:
    """The module if the user has imported it: nothing of a kind that nobody has can be there."""
    return sys.modules.get(module)


def _table(value: Any) -> tuple[list[str], str] | None:
    """The first rows of a table, and for each column its type and how many values are missing."""
    pandas, polars = _loaded("pandas"), _loaded("polars")
    if pandas is not None and isinstance(value, pandas.Series):
        value = value.to_frame()
    if pandas is not None and isinstance(value, pandas.DataFrame):
        columns = [str(name) for name in value.columns[:_COLUMNS]]
        types = [str(kind) for kind in value.dtypes.iloc[:_COLUMNS]]
        nulls = [int(count) for count in value.iloc[:, :_COLUMNS].isna().sum()]
        head = value.iloc[:_ROWS, :_COLUMNS]
        rows = [[_cell(label), *_cells(columns, row)] for label, *row in head.itertuples(name=None)]
        left_out = value.shape[1] - len(columns)
    elif polars is not None and isinstance(value, polars.DataFrame):
        columns, types = value.columns[:_COLUMNS], [str(kind) for kind in value.dtypes[:_COLUMNS]]
        nulls = list(value.select(columns).null_count().row(0)) if columns else []
        head = value.select(columns).head(_ROWS).rows()
        rows = [[str(place), *_cells(columns, row)] for place, row in enumerate(head)]
        left_out = value.width - len(columns)
    else:
        return None
    note = f"{left_out} more columns" if left_out else ""
    heads = [["type", *types], ["missing", *(str(count) if count else "" for count in nulls)]]
    return [note] if note else [], html_table(["", *columns], [*heads, *rows])


def _cells(columns: list[str], row: Iterable[Any]) -> list[str]:
    named = zip(columns, row, strict=True)
    # A column "key" is one to join by.
    return [MASK if column != "key" and hides(column, value) else _cell(value) for column, value in named]


def _cell(value: Any) -> str:
    text = mask_text(str(value))
    return text if len(text) <= 80 else f"{text[:79]}…"  # noqa: PLR2004 - a cell's width


def _array(value: Any) -> tuple[list[str], str] | None:
    """Type and range of an array's elements, and its corner."""
    numpy = _loaded("numpy")
    if numpy is None or not isinstance(value, numpy.ndarray):
        return None
    facts = [str(value.dtype)]
    if value.dtype.kind in "iufb" and 0 < value.size <= _LARGEST:
        with contextlib.suppress(ValueError):  # nothing but NaN
            finite = value[numpy.isfinite(value)] if value.dtype.kind == "f" else value
            facts.append(f"{finite.min():.6g} to {finite.max():.6g}")
            if missing := value.size - finite.size:
                facts.append(f"{missing:,} not finite")
    with numpy.printoptions(threshold=200, edgeitems=4, linewidth=110):
        text = str(value)
    return facts, f'<pre style="{_PRE}">{html(mask_start(text, _TEXT))}</pre>'


def _picture(value: Any) -> tuple[list[str], str] | None:
    """A figure or an image, as a picture."""
    png: bytes | None = None
    figure, image = _loaded("matplotlib.figure"), _loaded("PIL.Image")
    if figure is not None and isinstance(value, figure.Figure):
        png = _written(lambda buffer: value.savefig(buffer, format="png", bbox_inches="tight", dpi=80))
    elif image is not None and isinstance(value, image.Image):
        small = value.copy()
        small.thumbnail((800, 600))
        png = _written(lambda buffer: small.save(buffer, format="PNG"))
    elif callable(draw := getattr(type(value), "_repr_png_", None)):
        png = draw(value)
    if not isinstance(png, bytes) or len(png) > _PICTURE:
        return None
    data = base64.b64encode(png).decode()
    return [], f'<img alt="" style="max-width:100%" src="data:image/png;base64,{data}">'


def _written(write: Callable[[io.BytesIO], object]) -> bytes:
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue()


def _text(value: Any) -> tuple[list[str], str] | None:
    """A text as it is; lists and dicts with a line for each item."""
    if isinstance(value, str):
        text = mask_start(value, _TEXT) + ("…" if len(value) > _TEXT else "")
    elif isinstance(value, dict) and value:
        items = list(value.items())[:_ROWS]
        rows = [[describe_value(key), describe_value(each, key)] for key, each in items]
        more = f"{len(value) - _ROWS:,} more" if len(value) > _ROWS else ""
        return [more] if more else [], html_table(["key", "value"], rows)
    elif isinstance(value, list | tuple) and value:
        rows = [[str(place), describe_value(each)] for place, each in enumerate(value[:_ROWS])]
        more = f"{len(value) - _ROWS:,} more" if len(value) > _ROWS else ""
        return [more] if more else [], html_table(["", "value"], rows)
    else:
        return None
    return [], f'<pre style="{_PRE}">{html(text)}</pre>'
