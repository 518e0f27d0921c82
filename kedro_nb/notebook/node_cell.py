"""The cell that a magic stands on: its Python, its place in the notebook, and how its code gets executed."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import RequestError
from kedro_nb.notebook.shell_calls import call_of_shell
from kedro_nb.session.cells.code import CellCode

if TYPE_CHECKING:
    from collections.abc import Iterator

_RUNS_CODE = ("time", "timeit", "prun", "memit", "mprun", "lprun")
_FILLED_IN = re.compile(r"\{\s*([A-Za-z_]\w*)|\$([A-Za-z_]\w*)")


@dataclass(frozen=True)
class NodeCell:
    """A cell as the front end sent it.

    Args:
        code: its Python, below the magic.
        heading: the magic's line.
        raw: all of its text.
        number: of the execution.
        id: what the front end calls it; "" where it does not say.
    """

    code: CellCode
    heading: str
    raw: str
    number: int
    id: str = ""

    @classmethod
    def of(cls, shell: Any, line: str, body: str) -> NodeCell:
        """The cell that is being executed.

        Raises:
            RequestError: another cell magic stands below.
        """
        first = body.lstrip().partition("\n")[0]
        if first.startswith("%%"):
            raise RequestError(f"{first.split()[0]} is a cell magic: put it above %%kedro_node, not below.")
        heading = f"%%kedro_node {line}".strip()
        parent: dict[str, Any] = getattr(shell, "get_parent", dict)()
        history = shell.history_manager.input_hist_raw
        raw = parent.get("content", {}).get("code") or history[-1]
        code, given = body.rstrip(), raw.rstrip()
        if not given.endswith(code):  # executed otherwise than as a cell
            raw = given = f"{heading}\n{code}"
        above = given[: len(given) - len(code)].count("\n")
        blank = len(body) - len(body.lstrip("\n"))  # IPython leaves blank lines at the top out
        python = shell.transform_cell(body) if code.strip() else ""
        return cls(
            CellCode("\n" * blank + python, max(above, 1)),
            heading,
            raw,
            len(history) - 1,  # the shell's count is one ahead in some versions of IPython
            str(parent.get("metadata", {}).get("cellId") or ""),
        )

    @property
    def place(self) -> str:
        return f"In [{self.number}]"

    @property
    def text(self) -> str:
        """All of the cell as Python."""
        return "\n" * (self.code.above - 1) + f"# {self.heading}\n{self.code.body}"

    def execute(self, shell: Any, text: str) -> None:
        """Execute the text in the notebook, under the cell's own name.

        So tracebacks, `inspect` and the debugger find it where they find the code of every other cell.
        """
        name = shell.compile.cache(text, self.number, raw_code=self.raw)
        try:
            code = shell.compile(text, name, "exec")
        except SyntaxError as error:
            raise RequestError(f"%%kedro_node, line {error.lineno}: {error.msg}.") from None
        exec(code, shell.user_ns)  # noqa: S102 - the user's cell


def mentioned_names(tree: ast.AST) -> set[str]:
    """The names that magics and shell commands in the cell are given: `!head {path}`, `%time fit(xs)`."""
    found: set[str] = set()
    for magic, text, _ in _calls_of_ipython(tree):
        found.update(name for pair in _FILLED_IN.findall(text) for name in pair if name)
        if magic in _RUNS_CODE:
            found |= _names_in(_code_in(text))
    return found


def assigned_by_magics(tree: ast.AST) -> dict[str, tuple[str, int]]:
    """What `%time model = fit(xs)` and the like assign: variable -> magic and line."""
    return {
        name: (magic, line)
        for magic, text, line in _calls_of_ipython(tree)
        if magic in _RUNS_CODE
        for name in _names_in(_code_in(text), ast.Store)
    }


def _calls_of_ipython(tree: ast.AST) -> Iterator[tuple[str, str, int]]:
    """The magic, if it is one, what it is given, and the line."""
    for node in ast.walk(tree):
        if call := call_of_shell(node):
            _, words = call
            yield words[0] if len(words) > 1 else "", words[-1] if words else "", node.lineno  # type: ignore[attr-defined]


def _code_in(text: str) -> str:
    """What a magic is given, without its options."""
    return re.sub(r"^(\s*-\w+(\s+\d+)?)+\s", "", text)


def _names_in(code: str, kind: type[ast.expr_context] = ast.Load) -> set[str]:
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return set()
    return {each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, kind)}
