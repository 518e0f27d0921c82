"""What IPython makes of magics and shell commands: calls of `get_ipython()`."""

from __future__ import annotations

import ast


def call_of_shell(node: ast.AST | None) -> tuple[str, list[str]] | None:
    """The method and its texts, as in `("run_line_magic", ["time", "fit(xs)"])`; None for any other syntax."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    shell = node.func.value
    if not (isinstance(shell, ast.Call) and isinstance(shell.func, ast.Name)):
        return None
    if shell.func.id != "get_ipython":
        return None
    return node.func.attr, [str(each.value) for each in node.args if isinstance(each, ast.Constant)]
