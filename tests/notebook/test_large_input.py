"""Large input takes time that grows with its size, and little room in a notebook."""

import json
import sys
import time

import pytest

from kedro_nb.notebook.live import bundle
from kedro_nb.notebook.panel import Panel
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.session import RunRequest, Session, session
from kedro_nb.session.records.record import record
from kedro_nb.session.records.saved import saved

MOST_SECONDS = 20.0  # what is linear takes a second; what is quadratic took a minute
MOST_TEXT = 120_000


def shown(cells, code):
    """All that a cell shows, and what it gives."""
    start = time.monotonic()
    result = cells.run(code)
    kinds = {} if result is None else cells.shell.display_formatter.format(result)[0]
    assert time.monotonic() - start < MOST_SECONDS, code[:80]
    text = cells.seen.stdout + cells.seen.stderr + json.dumps([each.data for each in cells.seen.outputs])
    assert len(text) + len(json.dumps(kinds)) < MOST_TEXT, code[:80]
    return text + "".join(str(each) for each in kinds.values())


def test_twelve_thousand_parameters(cells):
    keys = "".join(f"name_{i}: {i}\n" for i in range(12_000))
    text = shown(cells, f"%%kedro_params\n{keys}")
    assert "name_0, name_1, " in text
    assert "and 11,950 more" in text
    assert session().catalog.load("params:name_11999") == 11_999
    assert "name_0: 0" in shown(cells, "%kedro_params")
    shown(cells, "%%kedro_params\na: 1")
    assert list(session().catalog.keys()) == ["parameters", "params:a"]


def test_a_parameter_of_five_million_characters(cells):
    session().parameters = {"text": "x" * 5_000_000, "list": ["y" * 100_000]}
    text = shown(cells, "%kedro_params")
    assert "(5,000,000 characters)" in text


def test_twenty_thousand_datasets(cells):
    for i in range(21_000):
        session().catalog[f"data_{i}"] = i
    text = shown(cells, "%kedro_catalog")
    assert "and 20900 more datasets: %kedro_catalog REGEX shows those whose names fit" in text
    assert "data_20999" in shown(cells, "%kedro_catalog 20999")
    panel = Panel(session())
    try:
        assert panel.datasets[-1]["name"].startswith("… and 20,50")
        assert len(json.dumps(panel.datasets)) < MOST_TEXT
    finally:
        panel.close()
    error, _ = cells.fail("%kedro_load data_x")
    assert "did you mean" in str(error)


@pytest.mark.parametrize("length", [5_000, 50_000])
def test_long_names(cells, length):
    name = "n" * length
    pipeline = Pipeline([node(len, "d" * length, "e" * length, name=name)])
    session().pipelines["long"] = pipeline
    start = time.monotonic()
    for kind in cells.shell.display_formatter.format(pipeline)[0].values():
        assert len(kind) < 20 * length
    assert time.monotonic() - start < MOST_SECONDS


def test_the_warning_about_parameters_that_no_node_reads_is_short():
    pipeline = Pipeline([node(abs, "params:depth", "y", name="n")])
    large = Session(
        pipelines={"p": pipeline}, parameters={f"name_{i}": i for i in range(5_000)} | {"depth": 1}
    )
    start = time.monotonic()
    with pytest.warns(UserWarning, match="No node of this run reads") as warned:
        large.run(RunRequest(params={f"nam_{i}": i for i in range(3_000)})).result()
    assert time.monotonic() - start < MOST_SECONDS
    assert len(warned) == 6
    assert "2,995 more" in str(warned[-1].message)


def one_return():
    print("\rabc" + "x" * 400_000)


def pieces_after_a_return():
    sys.stdout.write("\r")
    for _ in range(40_000):
        sys.stdout.write("x")


def pieces_before_a_return():
    sys.stdout.write("x" * 400_000 + "\r")
    for _ in range(40_000):
        sys.stdout.write("y")


def no_line_end():
    sys.stdout.write("x" * 10_000_000)


def many_lines():
    print("line\n" * 500_000)


def many_returns():
    sys.stdout.write("\r" * 1_000_000)


def a_progress_bar():
    for i in range(20_000):
        print(f"\r{i} {'#' * 100}", end="")


def open_escapes():
    print("\x1b]" * 200_000, "\x1b[" + "0;" * 500_000)


def two_streams():
    for _ in range(10_000):
        sys.stdout.write("a")
        sys.stderr.write("b")


@pytest.mark.parametrize("runner", ["SequentialRunner", "ParallelRunner"])
@pytest.mark.parametrize(
    "prints",
    [
        one_return,
        pieces_after_a_return,
        pieces_before_a_return,
        no_line_end,
        many_lines,
        many_returns,
        a_progress_bar,
        open_escapes,
        two_streams,
    ],
)
def test_what_a_node_prints(prints, runner):
    def printing():
        prints()
        return 1

    run = Session(pipelines={"p": Pipeline([node(printing, None, "y", name="n")])}).prepare(
        RunRequest(runner=runner)
    )
    run.monitor.captures = True
    start = time.monotonic()
    run.execute()
    assert run.state == "finished"
    assert len(json.dumps(saved(record(run)))) + len(json.dumps(bundle(run))) < MOST_TEXT
    assert time.monotonic() - start < MOST_SECONDS
