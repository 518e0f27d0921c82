from __future__ import annotations

import logging

import pytest


@pytest.fixture
def ready(cells):
    cells.run("%kedro_save xs [1, 2, 3]")
    return cells


def test_a_run_gives_its_outputs(ready):
    result = ready.run("%kedro_run")
    assert result.load() == {"v": pytest.approx(2 / 3)}
    assert "{'v': 0.6666666666666" in ready.seen.stdout


def test_a_run_can_be_assigned(ready):
    ready.run("r = %kedro_run --runner=ThreadRunner")
    assert list(ready.shell.user_ns["r"]) == ["v"]


def test_a_semicolon_silences_the_result_and_a_comment_is_no_option(ready):
    assert ready.run("%kedro_run ;") is None
    assert ready.run("%kedro_run --nodes=mean  # only one, don't run the rest") is not None


def test_variables_are_filled_in_by_ipython(ready):
    ready.run("which = 'mean'")
    assert list(ready.run("%kedro_run --nodes=$which")) == ["m"]
    assert list(ready.run("%kedro_run --nodes={which}")) == ["m"]


def test_registered_pipelines_go_before_variables(ready):
    ready.run("import kedro_nb; kedro_nb.session().pipelines['statistics'] = statistics.only_nodes('mean')")
    assert list(ready.run("%kedro_run --pipeline=statistics")) == ["m"]


def test_the_default_pipeline_runs_where_there_are_several(ready):
    ready.run("other = Pipeline([Node(mean, 'xs', 'other')])")
    ready.run("import kedro_nb; kedro_nb.session().pipelines['__default__'] = other")
    assert list(ready.run("%kedro_run")) == ["other"]


def test_results_in_the_history_are_no_pipelines(ready):
    ready.run("statistics.only_nodes('mean')")  # now _ and _N
    assert list(ready.run("%kedro_run")) == ["v"]


def test_a_runner_of_the_notebook_is_found_by_its_bare_name(ready):
    ready.run(
        """
class MyRunner(SequentialRunner):
    calls = []
    def _run(self, pipeline, catalog, *rest):
        self.calls.append(len(pipeline))
        super()._run(pipeline, catalog, *rest)
"""
    )
    ready.run("%kedro_run --runner=MyRunner")
    assert ready.shell.user_ns["MyRunner"].calls == [3]
    ready.run("import kedro_nb")
    assert ready.run("kedro_nb.session().runners") == {}


def test_another_catalog_can_be_given_by_its_variable(cells):
    cells.run("io = DataCatalog({'xs': [2, 4]})")
    cells.run("%kedro_run --catalog=io")
    assert cells.run("io.load('v')") == 1
    cells.run("import kedro_nb")
    assert cells.run("list(kedro_nb.session().catalog)") == []


def test_parameters_of_one_run(ready):
    ready.run("scaled = Pipeline([Node(lambda xs, by: by, ['xs', 'params:by'], 'scaled')])")
    assert ready.run("%kedro_run -p scaled --params=by=2").load() == {"scaled": 2}


def test_dry_run_lists_the_nodes(ready):
    ready.run("%kedro_run --runner=DryRunner")
    head, *lines = ready.seen.stdout.splitlines()
    assert head == "✓ DryRunner: nothing was executed"
    assert "Actual run would execute 3 nodes:" in lines
    assert "mean: mean([xs]) -> [m]" in lines


def test_help_prints_every_option(cells):
    text = cells.printed("%kedro_run --help")
    for option in (
        "--pipeline",
        "--runner",
        "--async",
        "--params",
        "--catalog",
        "--verbose",
        "--only-missing-outputs",
    ):
        assert option in text


def test_a_question_mark_shows_the_same_help(cells):
    from IPython.core.oinspect import getdoc

    assert "--only-missing-outputs" in getdoc(cells.shell.find_line_magic("kedro_run"))


@pytest.mark.parametrize(
    "magic", ["kedro_save", "kedro_load", "kedro_catalog", "kedro_params", "kedro_pipeline"]
)
def test_every_magic_has_help(cells, magic):
    assert f"%{magic}" in cells.printed(f"%{magic} --help")


def test_the_log_is_shown_with_verbose_only(ready, monkeypatch):
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    assert "Loading data from `xs` (MemoryDataset)..." in ready.printed("%kedro_run --verbose")
    assert "Loading data" not in ready.printed("%kedro_run")
    assert logging.getLogger("kedro_nb").handlers == []


def test_after_a_failure_no_log_line_repeats_the_advice(ready, monkeypatch):
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    ready.run(
        "def variance(m, m2): 1 / 0\nstatistics = Pipeline([Node(mean, 'xs', 'm'), Node(variance, ['m', 'm'], 'v')])"
    )
    ready.fail("%kedro_run")
    assert "resume" not in ready.seen.stderr


@pytest.mark.filterwarnings("always")
def test_a_warning_of_ours_is_a_line_each_time(ready):
    for _ in range(2):
        ready.run("%kedro_run --runner=ThreadRunner --async")
        (line,) = ready.seen.stderr.splitlines()
        assert line.startswith("Warning: 'ThreadRunner' doesn't support")


def test_a_run_within_a_run_of_the_same_data_is_refused_in_words(ready):
    ready.run("def again(x): get_ipython().run_line_magic('kedro_run', '-p outer')")
    ready.run("outer = Pipeline([Node(again, 'xs', 'x')])")
    error, text = ready.fail("%kedro_run -p outer")
    assert type(error).__name__ == "RequestError"
    assert "Both runs write 'x'" in text


def test_in_a_terminal_a_run_ends_as_a_table(ready):
    text = ready.printed("%kedro_run")
    assert "3 of 3 nodes" in text
    assert "✓  variance" in text
    assert not ready.seen.outputs[:-1]


def test_in_a_notebook_a_run_is_one_output_and_the_result(notebook):
    notebook.run("%kedro_save xs [1, 2, 3]")
    notebook.run("%kedro_run ;")
    kinds = [(bool(output.update), bool(output.transient)) for output in notebook.seen.outputs]
    assert [update for update, _ in kinds].count(False) == 1
    assert "variance" in notebook.seen.outputs[-1].data["text/html"]
    assert notebook.seen.stdout == ""


def test_a_run_that_never_begins_shows_nothing_but_its_error(notebook):
    _, text = notebook.fail("%kedro_run --nodes=nothing")
    assert not notebook.seen.outputs
    assert text.startswith("RequestError: There is no node 'nothing'")


def test_logging_that_is_set_up_shows_no_lines_of_ours_without_verbose(ready, monkeypatch):
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    monkeypatch.setattr(logging.getLogger(), "level", logging.INFO)
    logging.getLogger().manager._clear_cache()
    ready.run("%kedro_run")
    assert lines == []
    ready.run("%kedro_run --verbose")
    assert "Completed node: mean" in lines
    logging.getLogger().manager._clear_cache()


def test_a_level_for_kedro_nb_is_the_user_s_wish(ready):
    logger = logging.getLogger("kedro_nb")
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        ready.run("%kedro_run")
    finally:
        logger.setLevel(logging.NOTSET)
        logger.removeHandler(handler)
    assert "Completed node: mean" in lines


def test_runs_that_overlap_leave_the_level_as_it_was():
    from kedro_nb.notebook.run_magic import _at_level

    logger = logging.getLogger("kedro_nb.of_this_test")
    quiet = _at_level(logger, logging.WARNING, whatever_is_set=False)
    telling = _at_level(logger, logging.INFO, whatever_is_set=True)
    with quiet:
        telling.__enter__()
        assert logger.level == logging.INFO
    assert logger.level == logging.INFO
    telling.__exit__(None, None, None)
    assert logger.level == logging.NOTSET
