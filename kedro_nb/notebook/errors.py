"""How an error looks in a notebook: the user's frames, what went wrong, how to go on. Nothing of ours or IPython's."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import sys
import traceback as traceback_lines
from collections import Counter
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

from kedro_nb.frames import PACKAGE, is_ours, is_users
from kedro_nb.masking import error_text, mask_code, mask_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_NOTEBOOK = f"{PACKAGE}notebook{os.sep}"
_FRAME = re.compile(r"(?:\x1b\[[\d;]*m)*(?:Cell In|File |~|/|Input In)[^\n]*\n")  # how IPython begins one
_REPEATS = 3  # of a line in a traceback
_PARTS = 20  # of an exception group
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
    try:
        yield
    except BaseException as error:
        advice = (advise and advise(error)) or _where_the_data_is(error)
        show_plainly(error, advice, told_above and told_above(error))
        raise


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
    # A user's exception class may refuse attributes: it is shown as any other.
    with contextlib.suppress(Exception):
        error._render_traceback_ = functools.partial(render, error, advice, told_above)  # type: ignore[attr-defined]


def show_cell_error(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    traceback: TracebackType | None,
    tb_offset: int | None = None,
) -> None:
    """What IPython calls for an error in a cell: those that came through us are shown plainly, others as ever."""
    ours = any(is_ours(_name(item)) for item in _items(traceback))
    if (ours or notes_of(error)) and not hasattr(error, "_render_traceback_"):
        show_plainly(error)
    message = error_text(error)
    others_draw = "_showtraceback" in vars(shell) or _holds_a_group(error)
    if hasattr(error, "_render_traceback_") and (others_draw or _holds_a_secret(error, message)):
        # rich, say, and Python itself for groups, draw such errors in a way that knows nothing of ours. And a kernel
        # sends the message beside the lines, which front ends save: it gets the one without secrets.
        sys.last_type, sys.last_value, sys.last_traceback = kind, error, traceback  # for %debug
        type(shell)._showtraceback(shell, kind, message, error._render_traceback_())  # noqa: SLF001 - IPython's own
        return
    shell.showtraceback((kind, error, traceback), tb_offset=tb_offset, running_compiled_code=True)


def _holds_a_secret(error: BaseException, message: str) -> bool:
    """Whether the error's own message is another one than the one to show."""
    try:
        return str(error) != message
    except Exception:  # noqa: BLE001 - a user's class may raise anything
        return False


def render(error: BaseException, advice: str | None = None, told_above: ToldAbove | None = None) -> list[str]:
    """The lines to show for an error, `advice` last."""
    if told_above and told_above.cell == cell_on_page():
        lines = [_headline(error, _BRIEF), mask_text(told_above.where)]
    else:
        lines = _whole(error)
    return [*lines, f"\n{advice}"] if advice else lines


def _whole(error: BaseException) -> list[str]:
    told, traceback = _most_telling(error)
    traceback, left_out = without_repeats(traceback)
    lines = [] if traceback is None else _as_ipython_does(told, traceback)
    if left_out:
        lines.append(f"{left_out:,} more calls of the same lines are left out.")
    if traceback is None or told.args != error.args:
        lines.append(_headline(error))
    if parts := parts_of(error):
        lines += ["In the group:", *parts]
    text = "\n".join(lines)
    lines += [note for note in notes_of(error) if note not in text]  # older IPythons leave them out
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
    return error is not None and (isinstance(error, BaseExceptionGroup) or _holds_a_group(error.__context__))


def parts_of(error: BaseException, indent: str = "  ") -> list[str]:
    """A line for each of the errors in an exception group, and for those in groups within."""
    if not isinstance(error, BaseExceptionGroup):
        return []
    lines = []
    for part in error.exceptions[:_PARTS]:
        line = traceback_lines.format_exception_only(part)[0].split("\n", 1)[0]
        lines += [f"{indent}{line}", *parts_of(part, f"{indent}  ")]
    more = len(error.exceptions) - _PARTS
    return [*lines, f"{indent}and {more} more"] if more > 0 else lines


def _most_telling(error: BaseException) -> tuple[BaseException, TracebackType | None]:
    """What to draw: an error of ours is its message, unless the user's own code has caused it."""
    if isinstance(error, KeyboardInterrupt):
        return error, None  # it says nothing about the place where it struck
    if not type(error).__module__.startswith("kedro_nb."):
        return error, user_part(error.__traceback__)
    cause = error.__cause__
    while cause is not None:
        if any(is_users(_name(item)) for item in _items(cause.__traceback__)):
            return cause, user_part(cause.__traceback__)
        cause = cause.__cause__
    return _without_causes(error), user_part(error.__traceback__)


def _without_causes(error: BaseException) -> BaseException:
    """The same error for drawing: the library's error behind it is in the message already."""
    alone = type(error)(*error.args)
    alone.__suppress_context__ = True
    for note in notes_of(error):
        alone.add_note(note)
    return alone


def _as_ipython_does(error: BaseException, traceback: TracebackType) -> list[str]:
    """In the user's colours and mode."""
    return list(_drawer().structured_traceback(type(error), error, traceback, tb_offset=0))


def _headline(error: BaseException, most: int | None = None) -> str:
    name, message = type(error).__name__, error_text(error)
    if most is not None:
        from kedro_nb.session.records.plain import shortened  # the extension begins without a session

        message = shortened(message.strip().split("\n", 1)[0], most)
    if getattr(_drawer(), "has_colors", False):
        name = f"\x1b[31m{name}\x1b[39m"
    return f"{name}: {message}" if message else name


def _drawer() -> Any:
    from IPython.core.getipython import get_ipython

    return get_ipython().InteractiveTB


def notes_of(error: BaseException) -> list[str]:
    notes = getattr(error, "__notes__", ())
    return [note for note in notes if isinstance(note, str)] if isinstance(notes, list | tuple) else []


def _items(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _name(item: TracebackType) -> str:
    return item.tb_frame.f_code.co_filename
