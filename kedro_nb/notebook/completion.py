"""The Tab key after our magics, as IPython asks for it in terminals and kernels."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

from IPython.core.completer import SimpleCompletion, context_matcher

if TYPE_CHECKING:
    from collections.abc import Callable

    from IPython.core.completer import CompletionContext, SimpleMatcherResult

# `%kedro_run ...`, `x = %kedro_run ...` and, with automagic, `kedro_run ...`
_LINE = re.compile(r"^(?:[^%#]*=\s*%|\s*%{0,2})(kedro_[a-z]+)\s+(.*)$")


def matcher_for(shell: Any) -> Callable[[CompletionContext], SimpleMatcherResult]:
    """What is appended to `shell.Completer.custom_matchers`."""

    def kedro_nb_matcher(context: CompletionContext) -> SimpleMatcherResult:
        found = _LINE.match(context.text_until_cursor)
        fragment, names = ("", []) if found is None else fitting(shell, found[1], found[2])
        completions = [SimpleCompletion(name, type="kedro") for name in names]
        return {"completions": completions, "matched_fragment": fragment, "suppress": bool(names)}

    matcher: Callable[[CompletionContext], SimpleMatcherResult] = context_matcher()(kedro_nb_matcher)
    return matcher


def fitting(shell: Any, magic: str, text: str) -> tuple[str, list[str]]:
    """The last part of the line and the names that may stand in its place.

    Args:
        shell: whose variables count.
        magic: the magic's name.
        text: what follows it, up to the cursor.
    """
    with contextlib.suppress(Exception):  # pressing Tab must never raise, whatever the user's objects do
        from kedro_nb.notebook.offers import Offers

        fragment, offered = Offers(shell, text).after(magic)
        names = sorted(set(offered))
        found = [name for name in names if name.startswith(fragment)]
        return fragment, found or [name for name in names if name.lower().startswith(fragment.lower())]
    return "", []
