"""The magics: each takes its line apart, asks the session, and shows what came of it."""

# IPython's decorators are not followed by mypy:
# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from IPython.core.magic import no_var_expand, output_can_be_silenced

if TYPE_CHECKING:
    from collections.abc import Callable

    from kedro_nb.notebook.catalog_table import CatalogTable
    from kedro_nb.notebook.history_magic import RunView
    from kedro_nb.notebook.history_table import HistoryTable
    from kedro_nb.notebook.node_report import DefinedNode, NodeTable
    from kedro_nb.notebook.panel import Panel
    from kedro_nb.pipeline import Pipeline
    from kedro_nb.runner import RunResult
    from kedro_nb.session import Run
    from kedro_nb.session.records.compare import Comparison

LINE = (
    "kedro_run",
    "kedro_save",
    "kedro_load",
    "kedro_catalog",
    "kedro_params",
    "kedro_pipeline",
    "kedro_node",
    "kedro_nodes",
    "kedro_forget",
    "kedro_history",
    "kedro_panel",
)
CELL = ("kedro_catalog", "kedro_params", "kedro_node")


def _magic(method: Callable[..., Any]) -> Callable[..., Any]:
    """Show its help for --help, and its errors without our frames."""

    @functools.wraps(method)
    def plain(self: KedroMagics, line: str, *cell: str) -> Any:
        from kedro_nb.notebook.errors import shown_plainly

        with shown_plainly():
            if line.split()[:1] in (["--help"], ["-h"]):
                print(_help_of(plain))  # noqa: T201 - what the user asked for
                return None
            return method(self, line, *cell)

    return plain


def _run_help() -> str:
    from kedro_nb.notebook.run_magic import help_text

    return help_text()


class KedroMagics:
    """The magics of one shell.

    Args:
        shell: IPython's.
    """

    def __init__(self, shell: Any) -> None:
        self.shell = shell

    @output_can_be_silenced
    def kedro_run(self, line: str) -> RunResult | Run | None:
        """Run a pipeline; `%kedro_run --help` lists the options."""
        from kedro_nb.notebook.run_magic import run

        return run(self.shell, line)

    kedro_run.getdoc = _run_help  # what `%kedro_run?` shows: IPython asks for it first

    @no_var_expand
    @_magic
    def kedro_save(self, line: str) -> None:
        """Save a value to a dataset.

            %kedro_save NAME EXPRESSION

        The expression is Python with the notebook's variables. A name that the catalog does not know becomes a dataset
        in memory.

            %kedro_save xs [1, 2, 3]
            %kedro_save companies pd.read_csv("companies.csv")
        """
        from kedro_nb.notebook.data_magics import save

        save(self.shell, line)

    @output_can_be_silenced
    @_magic
    def kedro_load(self, line: str) -> Any:
        """Load datasets into variables of the same names.

            %kedro_load NAME [NAME...] [--as VAR]

        The data is the magic's value as well, so that both of these work; with --as the variable gets another name.

            %kedro_load model predictions
            best = %kedro_load model
        """
        from kedro_nb.notebook.data_magics import load

        return load(self.shell, line)

    @no_var_expand
    @output_can_be_silenced
    @_magic
    def kedro_catalog(self, line: str, cell: str | None = None) -> CatalogTable:
        """List the datasets whose names fit a regular expression.

            %kedro_catalog [REGEX]

        As %%kedro_catalog, with catalog entries in YAML below it, add or replace datasets:

            %%kedro_catalog
            companies:
              type: pandas.CSVDataset
              filepath: data/companies.csv
        """
        from kedro_nb.notebook.data_magics import add_to_catalog, list_catalog

        return list_catalog(line) if cell is None else add_to_catalog(line, cell)

    @no_var_expand
    @_magic
    def kedro_params(self, line: str, cell: str | None = None) -> None:
        """Show the session's parameters.

            %kedro_params

        As %%kedro_params, with YAML below it, replace them. Nodes read them as `parameters` and `params:split.ratio`.

            %%kedro_params
            split:
              ratio: 0.2
        """
        from kedro_nb.notebook.data_magics import set_parameters, show_parameters

        if cell is None:
            show_parameters(line)
        else:
            set_parameters(line, cell)

    @output_can_be_silenced
    @_magic
    def kedro_pipeline(self, line: str) -> Pipeline:
        """Draw a pipeline, given by its registered name or its variable.

        %kedro_pipeline [NAME]
        """
        from kedro_nb.notebook.arguments import refuse_options, split_line
        from kedro_nb.notebook.workspace import pipelines_in
        from kedro_nb.session import session

        names = split_line(line)
        refuse_options(names, ["--help"])
        return session().pipeline(names, pipelines_in(self.shell.user_ns))

    @no_var_expand
    @output_can_be_silenced
    @_magic
    def kedro_node(self, line: str, cell: str | None = None) -> DefinedNode:
        """Make a node of a cell, and show it in its pipeline.

            %%kedro_node [NAME] [-i INPUTS] [-o OUTPUTS] [--tags TAGS] [--pipeline NAME] [--namespace NAME]

        A cell with a function: the function is the node, and its arguments read the datasets and parameters of their
        names. A cell of plain code: the node does what the cell does; it reads the datasets and parameters whose names
        the code uses, and everything else stays the notebook's. Running the cell again replaces the node.

            -i, --inputs      what differs from the names: a=companies,params:split.ratio. Names alone go to a
                              function's arguments in order.
            -o, --outputs     the datasets it writes: what a function returns, in order or by key (train=train_x), or
                              the variables of plain code (df=companies).
            -t, --tags        tags of the node, with commas between them.
            -p, --pipeline    the pipeline it joins; __default__ without it, which %kedro_run runs.
            -ns, --namespace  the namespace of the node; names of datasets stay as they are.

            %%kedro_node -o train,test
            def split(companies, ratio=0.2):
                ...
                return train, test
        """
        from kedro_nb.errors import RequestError
        from kedro_nb.notebook.node_magics import define

        if cell is None:
            raise RequestError(
                "%%kedro_node, with two percent signs, stands above the code of a node. A function that is there "
                "already becomes a node by kedro_nb.session().node(function, outputs='name')."
            )
        return define(self.shell, line, cell)

    @output_can_be_silenced
    @_magic
    def kedro_nodes(self, line: str) -> NodeTable:
        """List the nodes that were made of cells, and the cells they came from.

        %kedro_nodes [--pipeline NAME]
        """
        from kedro_nb.notebook.node_magics import list_nodes

        return list_nodes(self.shell, line)

    @_magic
    def kedro_forget(self, line: str) -> None:
        """Remove nodes that were made of cells from their pipelines; their functions stay.

        %kedro_forget NAME [NAME...]
        %kedro_forget --all
        """
        from kedro_nb.notebook.node_magics import forget

        forget(line)

    @output_can_be_silenced
    @_magic
    def kedro_history(self, line: str) -> HistoryTable | RunView | Comparison:
        """List the runs of this session, show one again, or compare two.

            %kedro_history [-n ROWS]
            %kedro_history RUN
            %kedro_history RUN RUN

        A run is named by its number, counted from the end if negative, or by its id or a part of that. Those that a
        notebook's file has kept are FILE.ipynb:NUMBER, and FILE.ipynb lists them.

            %kedro_history 1 -1
            %kedro_history yesterday.ipynb:2 -1
        """
        from kedro_nb.notebook.history_magic import history

        return history(line)

    @output_can_be_silenced
    @_magic
    def kedro_panel(self, line: str) -> Panel | None:
        """Show the control panel: choose what to run, run it, watch it, look at data.

        %kedro_panel
        """
        from kedro_nb.notebook.panel.magic import show

        return show(self.shell, line)


def _help_of(magic: Any) -> str:
    from IPython.core.oinspect import getdoc

    return getdoc(magic) or ""
