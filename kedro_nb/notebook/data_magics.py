"""The magics around data: save, load, list, add entries, set parameters."""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import islice
from typing import Any

from kedro_nb.errors import DatasetError, DatasetNotFoundError, RequestError, closest
from kedro_nb.exceptions import bounded
from kedro_nb.io import DataCatalog
from kedro_nb.io.marks import lacks_data
from kedro_nb.masking import mask_text, mask_value
from kedro_nb.notebook.arguments import (
    identifier,
    parse_mapping,
    refuse_options,
    split_line,
    take_option,
    without_comment,
)
from kedro_nb.notebook.catalog_table import (
    CatalogTable,
    catalog_row,
    catalog_table,
    data_size,
    short_type,
)
from kedro_nb.pipeline.parameters import PREFIX, WHOLE, is_parameter
from kedro_nb.runner.result import describe_value
from kedro_nb.session import session
from kedro_nb.session.data import refresh, save_anew
from kedro_nb.session.display import count_text
from kedro_nb.session.parameters import entries
from kedro_nb.session.records.plain import shortened

# The expression's own frame counts as ours: the line is in plain sight.
_EXPRESSION = os.path.join(os.path.dirname(__file__), "expression")  # noqa: PTH118, PTH120 - code has its file as text

_MOST_NAMES = 8
_MOST_LISTED = 50  # parameters
_MOST_SHOWN, _LONGEST_TEXT = 60_000, 5_000  # characters of all parameters, and of one


def save(shell: Any, line: str) -> None:
    """%kedro_save NAME EXPRESSION."""
    name, expression = _name_and_rest(line.strip())
    expression = expression.strip().removesuffix(";")
    refuse_options([name], ["--help"])
    if not name or not expression:
        raise RequestError("%kedro_save takes a name and an expression, as in: %kedro_save xs [1, 2, 3]")
    if is_parameter(name):
        raise RequestError(
            f"'{name}' is a parameter: set it in a %%kedro_params cell, or with %kedro_run --params."
        )
    value = _evaluate(shell, expression)
    catalog = session().catalog
    dataset = save_anew(catalog, name, value)
    size = data_size(value)
    print(f"Saved {name}: {type(value).__name__}{size and f', {size}'} ({short_type(dataset)})")  # noqa: T201 - shown


def _name_and_rest(line: str) -> tuple[str, str]:
    """The first word, which may be quoted, and the rest as it stands."""
    if line[:1] in {'"', "'"} and line[0] in line[1:]:
        name, _, rest = line[1:].partition(line[0])
        return name, rest
    name, _, rest = line.partition(" ")
    return name, rest


def load(shell: Any, line: str) -> Any:
    """%kedro_load NAME [NAME...] [--as VAR]."""
    names = split_line(line)
    variable = take_option(names, "--as")
    refuse_options(names, ["--as", "--help"])
    if not names:
        raise RequestError("%kedro_load takes the names of datasets, as in: %kedro_load model predictions")
    if variable is not None and not variable.isidentifier():
        raise RequestError(f"'{variable}' cannot be the name of a variable (--as).")
    if variable is not None and len(names) > 1:
        raise RequestError(f"--as takes one dataset, and there are {len(names)}: {', '.join(names)}.")
    catalog = session().catalog
    _check_names(names, catalog)
    refresh(catalog, names)
    _check_memory(names, catalog)
    values = Loaded(catalog.load(name) for name in names)
    values.variables = [variable or identifier(name) for name in names]
    shell.push(dict(zip(values.variables, values, strict=True)))
    return values[0] if len(values) == 1 else values


def _check_names(names: list[str], catalog: Any) -> None:
    """Tell what there is where a name looks like nothing in the catalog; for others the catalog knows better."""
    for name in names:
        if name not in catalog and not closest(name, catalog):
            raise DatasetNotFoundError(
                f"Dataset '{name}' not found in the catalog. {_what_there_is(catalog)}"
            )


def _check_memory(names: list[str], catalog: Any) -> None:
    """Tell how to get what is not in memory, or not any more."""
    for name in names:
        dataset = catalog.get(name) if name in catalog else None
        if lacks_data(dataset):
            last = session().history.last
            passed_on = last is not None and name in last.pipeline.all_outputs() - last.pipeline.outputs()
            raise DatasetError(
                f"{name}: Data for {short_type(dataset)} has not been saved yet, or was released. "
                + (
                    "A run releases data in memory once no node is left to read it. "
                    f"To have it: %kedro_run --to-outputs={name}, or give it a catalog entry that stores it."
                    if passed_on
                    else f"Save it first: %kedro_save {name} EXPRESSION"
                )
            )


def _what_there_is(catalog: Any) -> str:
    names = sorted(name for name in catalog if not is_parameter(name))
    if not names:
        return "The catalog is empty: %kedro_save NAME EXPRESSION"
    full = (name for name in names if catalog_row(name, catalog).data == "yes")
    shown = list(islice(full, _MOST_NAMES))
    said = f"There is data in: {', '.join(shown)}." if shown else "No dataset holds data yet."
    return f"{said} %kedro_catalog lists {count_text(len(names), 'dataset')}."


class Loaded(tuple[Any, ...]):  # noqa: SLOT001 - a tuple has no room for slots
    """Several values, shown in a line each.

    Attributes:
        variables: the names they got.
    """

    variables: list[str]

    def __repr__(self) -> str:
        named = zip(self.variables, self, strict=True)
        return "\n".join(f"{name} = {describe_value(value, name)}" for name, value in named)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002 - IPython's signature
        printer.text(repr(self))


def list_catalog(line: str) -> CatalogTable:
    """%kedro_catalog [REGEX]."""
    regex = without_comment(line)
    refuse_options([regex], ["--help"])
    return catalog_table(session().catalog, regex)


def add_to_catalog(line: str, cell: str) -> CatalogTable:
    """%%kedro_catalog."""
    _refuse_words(line, "%%kedro_catalog")
    said = parse_mapping(cell, "%%kedro_catalog")
    added = {
        name: entry for name, entry in said.items() if not name.startswith("_")
    }  # the others are for anchors
    catalog = session().catalog
    if not isinstance(catalog, DataCatalog):
        raise RequestError(f"A {type(catalog).__name__} takes no entries: set its datasets one by one.")
    replaced = [name for name in added if name in catalog]
    catalog.add_entries(added)
    table = CatalogTable([catalog_row(name, catalog) for name in added if "{" not in name])
    patterns = [name for name in added if "{" in name]
    table.note = " ".join(
        f"{word} {', '.join(names)}."
        for word, names in (("Replaced", replaced), ("Pattern", patterns))
        if names
    )
    return table


def set_parameters(line: str, cell: str) -> None:
    """%%kedro_params."""
    _refuse_words(line, "%%kedro_params")
    current = session()
    before = current.parameters
    current.parameters = parse_mapping(cell, "%%kedro_params")
    current.put_parameters()
    print(f"Parameters: {_listed(_leaves(current.parameters)) or 'none'}")  # noqa: T201 - what came of the cell
    known = entries(current.parameters)
    if dropped := [name for name in _leaves(before) if f"{PREFIX}{name}" not in known]:
        print(f"No longer set: {_listed(dropped)}")  # noqa: T201 - the same


def _leaves(parameters: dict[str, Any]) -> list[str]:
    """The names of the parameters that hold no others."""
    named = {name: value for name, value in entries(parameters).items() if name != WHOLE}
    return [
        name.removeprefix(PREFIX)
        for name, value in named.items()
        if not (isinstance(value, Mapping) and value)
    ]


def _listed(names: list[str]) -> str:
    more = len(names) - _MOST_LISTED
    shown = ", ".join(names[:_MOST_LISTED])
    return shown if more <= 0 else f"{shown} and {more:,} more"


def show_parameters(line: str) -> None:
    """%kedro_params."""
    import yaml

    _refuse_words(line, "%kedro_params")
    parameters = session().parameters
    shown = "No parameters yet."
    if parameters:
        shown = yaml.safe_dump(mask_value(_cut(parameters)), sort_keys=False, allow_unicode=True)
    print("\n".join(bounded([mask_text(shown.rstrip())], _MOST_SHOWN)))  # noqa: T201 - what the user asked for


def _cut(value: Any) -> Any:
    """The value with its very long texts shortened."""
    if isinstance(value, Mapping):
        return {key: _cut(each) for key, each in value.items()}
    if type(value) is list:
        return [_cut(each) for each in value]
    return shortened(value, _LONGEST_TEXT) if type(value) is str and len(value) > _LONGEST_TEXT else value


def _evaluate(shell: Any, expression: str) -> Any:
    try:
        code = compile(expression, _EXPRESSION, "eval")
    except SyntaxError as error:
        pointed = f"\n  {error.text.rstrip()}\n  {' ' * ((error.offset or 1) - 1)}^" if error.text else ""
        raise RequestError(f"This is not a Python expression: {error.msg}.{pointed}") from None
    try:
        return eval(code, shell.user_global_ns, shell.user_ns)  # noqa: S307 - the user's own line, as in any cell
    except NameError as error:
        if error.name in code.co_names:  # a name of two words looks like this
            error.add_note(f"The expression is: {expression}")
        raise


def _refuse_words(line: str, magic: str) -> None:
    if words := without_comment(line):
        raise RequestError(f"{magic} takes nothing on its line: {words}")
