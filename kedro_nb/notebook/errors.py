"""How an error looks in a notebook: the user's frames, what went wrong, how to go on. Nothing of ours or IPython's."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import sys
from collections import Counter
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

from kedro_nb.exception_copies import drawing_of, presentable
from kedro_nb.exceptions import bounded, kind_of, member_lines, notes_of, path_of
from kedro_nb.frames import PACKAGE, is_ours, is_users
from kedro_nb.masking import error_text, mask_code, mask_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_NOTEBOOK = f"{PACKAGE}notebook{os.sep}"
_FRAME = re.compile(r"(?:\x1b\[[\d;]*m)*(?:Cell In|File |~|/|Input In)[^\n]*\n")  # how IPython begins one
_REPEATS = 3  # of a line in a traceback
_CAUSES = 3  # errors behind an error that are drawn
_SHOWN = 60_000  # characters of what is shown of an error
_BRIEF = 300  # characters of a message that is told above


class ToldAbove(NamedTuple):
    """An error that is told in full above where it is shown.

    Args:
        cell: the execution of a cell in which that is so.
        where: the place in the user's code, in few words.
    """

    cell: str
    where: str


def cell_on_page() -> str:
    """The id of this execution of a cell, if a page shows HTML below it; else empty.

    Front ends with a page name the cell that they ask for. Consoles show text, and whoever executes a notebook headless
    reads the text of an error: they name none.
    """
    from IPython.core.displaypub import CapturingDisplayPublisher
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()
    if isinstance(shell.display_pub, CapturingDisplayPublisher):  # %%capture
        return ""
    request: dict[str, Any] = getattr(shell, "get_parent", dict)() or {}
    named = (request.get("metadata") or {}).get("cellId")
    return str(request.get("header", {}).get("msg_id", "")) if named else ""


@contextlib.contextmanager
def shown_plainly(
    advise: Callable[[BaseException], str | None] | None = None,
    told_above: Callable[[BaseException], ToldAbove | None] | None = None,
) -> Iterator[None]:
    """Let whatever is raised inside show itself without frames of ours.

    Args:
        advise: how to go on after an error, to show last.
        told_above: where an error is told in full: below that it is shown in short.
    """
    error: BaseException | None = None
    try:
        yield
    except BaseException as raised:
        error = presentable(raised)
        advice = (advise and advise(raised)) or _where_the_data_is(raised)
        show_plainly(error, advice, told_above and told_above(raised))
        if error is raised:
            raise
    if error is not None:
        raise error


def _where_the_data_is(error: BaseException) -> str | None:
    """What to do where a run lacks inputs that a catalog of the notebook has, or variables of their names."""
    # Imported here, as the extension begins without a session.
    from IPython.core.getipython import get_ipython

    from kedro_nb.notebook.workspace import catalog_with_inputs, variables_with_inputs
    from kedro_nb.session import session

    current = session()
    last = current.history.last
    if last is None or last.error is not error or last.progress.told_of_nodes:
        return None
    variables = get_ipython().user_ns
    if name := catalog_with_inputs(last.pipeline, current.catalog, variables):
        return f"The variable '{name}' holds the inputs. To run with it, add --catalog={name}"
    names = variables_with_inputs(last.pipeline, current.catalog, variables)
    lines = [f"%kedro_save {name} {name}" for name in names]
    return "\n  ".join(["To use what the notebook has under the same name:", *lines]) if lines else None


def show_plainly(
    error: BaseException, advice: str | None = None, told_above: ToldAbove | None = None
) -> None:
    """Give the error the method by which IPython lets an error draw itself, in the terminal and in a kernel."""
    # The class may refuse attributes.
    BaseException.__setattr__(
        error, "_render_traceback_", functools.partial(render, error, advice, told_above)
    )


def show_cell_error(
    shell: Any,
    _kind: type[BaseException],
    error: Any,
    traceback: TracebackType | None,
    tb_offset: int | None = None,
) -> None:
    """What IPython calls for an error in a cell: those that came through us are shown plainly, others as ever."""
    ours = any(is_ours(_name(item)) for item in _items(traceback))
    error = presentable(error)
    if (ours or notes_of(error)) and not hasattr(error, "_render_traceback_"):
        show_plainly(error)
    if not hasattr(error, "_render_traceback_"):
        shell.showtraceback((type(error), error, traceback), tb_offset=tb_offset, running_compiled_code=True)
        return
    if isinstance(error, SyntaxError) or _holds_a_group(error) or str(error) != error_text(error):
        # IPython draws the first two in other ways, and a kernel sends the message as well as the lines.
        lines = error._render_traceback_
        error = drawing_of(error, 0, mask_text, with_syntax=False)
        BaseException.__setattr__(error, "_render_traceback_", lines)
    if "_showtraceback" in vars(shell):  # rich, say, draws errors in a way that knows nothing of ours
        sys.last_type, sys.last_value, sys.last_traceback = type(error), error, traceback  # for %debug
        type(shell)._showtraceback(shell, type(error), error, error._render_traceback_())  # noqa: SLF001 - IPython's own
        return
    shell.showtraceback((type(error), error, traceback), tb_offset=tb_offset, running_compiled_code=True)


def render(error: BaseException, advice: str | None = None, told_above: ToldAbove | None = None) -> list[str]:
    """The lines to show for an error, `advice` last."""
    if told_above and told_above.cell == cell_on_page():
        lines = [_headline(error, _BRIEF), mask_text(told_above.where)]
    else:
        lines = bounded(_whole(error), _SHOWN)
    return [*lines, f"\n{advice}"] if advice else lines


def _whole(error: BaseException) -> list[str]:
    told, traceback = _most_telling(error)
    traceback, left_out = without_repeats(traceback)
    lines = [] if traceback is None else _as_ipython_does(told, traceback, _causes_of(told))
    if left_out:
        lines.append(f"{left_out:,} more calls of the same lines are left out.")
    if not lines or told is not error:
        lines.append(_headline(error))
    if parts := member_lines(error):
        lines += ["In the group:", *parts]
    text = "\n".join(lines)
    lines += [note for note in notes_of(error) if note not in text]  # older IPythons leave them out
    lines = [line.encode(errors="backslashreplace").decode() for line in lines]  # names of files may be odd
    return [mask_code(line) if _FRAME.match(line) else mask_text(line) for line in lines]


def user_part(traceback: TracebackType | None) -> TracebackType | None:
    """The traceback without our frames and, where a magic was called, without everything up to it."""
    kept: list[TracebackType] = []
    called: list[
        TracebackType
    ] = []  # what a library does on our behalf: worth showing where that is what failed
    below_us = False
    for item in _items(traceback):
        name = _name(item)
        if is_ours(name):
            below_us = True
            called.clear()
            if name.startswith(_NOTEBOOK):
                kept.clear()
        elif is_users(name):
            below_us = False
            called.clear()
            kept.append(item)
        elif below_us:
            called.append(item)
        elif kept:
            kept.append(item)
    return _chained(kept + called)


def without_repeats(traceback: TracebackType | None) -> tuple[TracebackType | None, int]:
    """The traceback with each line a few times at most, and how many calls are left out: a recursion is a thousand."""
    seen: Counter[tuple[str, int]] = Counter()
    items = list(_items(traceback))
    kept = []
    for item in items:
        seen[here := (_name(item), item.tb_lineno)] += 1
        if seen[here] <= _REPEATS:
            kept.append(item)
    return (traceback, 0) if len(kept) == len(items) else (_chained(kept), len(items) - len(kept))


def _chained(items: list[TracebackType]) -> TracebackType | None:
    rebuilt = None
    for item in reversed(items):
        rebuilt = TracebackType(rebuilt, item.tb_frame, item.tb_lasti, item.tb_lineno)
    return rebuilt


def _holds_a_group(error: BaseException | None) -> bool:
    """Whether IPython leaves the error to Python to draw."""
    while error is not None and not isinstance(error, BaseExceptionGroup):
        error = error.__context__
    return error is not None


def _most_telling(error: BaseException) -> tuple[BaseException, TracebackType | None]:
    """What to draw: an error of ours is its message, unless the user's own code has caused it."""
    if isinstance(error, KeyboardInterrupt):
        return error, None  # it says nothing about the place where it struck
    if not path_of(error)[0].startswith("kedro_nb."):
        return error, user_part(error.__traceback__)
    cause = error.__cause__
    while cause is not None:
        if any(is_users(_name(item)) for item in _items(cause.__traceback__)):
            return cause, user_part(cause.__traceback__)
        cause = cause.__cause__
    return error, user_part(error.__traceback__)


def _causes_of(error: BaseException) -> int:
    """How many of the errors behind an error are drawn; none for ours, whose message says what the library's said."""
    return 0 if path_of(error)[0].startswith("kedro_nb.") else _CAUSES


def _as_ipython_does(error: BaseException, traceback: TracebackType, causes: int) -> list[str]:
    """In the user's colours and mode; nothing where IPython cannot draw it."""
    drawing = drawing_of(error, causes)
    with contextlib.suppress(Exception):  # it reads source files, and runs code of the values that it shows
        return list(_drawer().structured_traceback(type(drawing), drawing, traceback, tb_offset=0))
    return []


def _headline(error: BaseException, most: int | None = None) -> str:
    name, message = kind_of(error), error_text(error)
    if most is not None:
        from kedro_nb.session.records.plain import shortened  # the extension begins without a session

        message = shortened(message.strip().split("\n", 1)[0], most)
    if getattr(_drawer(), "has_colors", False):
        name = f"\x1b[31m{name}\x1b[39m"
    return f"{name}: {message}" if message else name


def _drawer() -> Any:
    from IPython.core.getipython import get_ipython

    return get_ipython().InteractiveTB


def _items(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _name(item: TracebackType) -> str:
    return item.tb_frame.f_code.co_filename
