"""What a panel shows of data: kept or not, near or far, small or large."""

import sys
import threading
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from kedro_nb.io import AbstractDataset, MemoryDataset
from kedro_nb.notebook.panel.previews import preview
from kedro_nb.pipeline import Pipeline, node

from .pages import finished, say


def row_of(panel, name):
    (row,) = [row for row in panel.datasets if row["name"] == name]
    return row


class Far(AbstractDataset):
    """As the datasets of kedro-datasets that are on another machine."""

    asked = 0

    def __init__(self, protocol="s3"):
        self._protocol, self._filepath = protocol, "bucket/data.csv" if protocol else None

    def _load(self):
        return "from far away"

    def _save(self, data):
        raise NotImplementedError

    def _exists(self):
        Far.asked += 1
        return True

    def _describe(self):
        return {"table": "sales"}


@pytest.mark.parametrize("protocol", ["s3", None])
def test_nothing_far_away_is_asked_until_somebody_wants_it(panel, session, monkeypatch, protocol):
    monkeypatch.setattr(Far, "asked", 0)
    session.catalog["far"] = Far(protocol)
    panel.refresh()
    panel.dataset = "far"
    assert (Far.asked, row_of(panel, "far")["data"]) == (0, "")
    assert panel.preview["ask"] == "Look at it"
    say(panel, "look")
    assert "from far away" in panel.preview["html"]


def test_a_large_file_is_loaded_only_when_that_is_asked_for(panel, session, tmp_path, monkeypatch):
    session.catalog.add_entries({"big": {"type": "text.TextDataset", "filepath": str(tmp_path / "big.txt")}})
    session.catalog.save("big", "words " * 100)
    monkeypatch.setattr("kedro_nb.notebook.panel.data._LARGE", 500)
    panel.refresh()
    panel.dataset = "big"
    assert (panel.preview["ask"], panel.preview["html"]) == ("Look at it", "")
    assert "600" in row_of(panel, "big")["size"]
    panel.look()
    assert "words words" in panel.preview["html"]


def test_data_that_was_not_kept_is_told_of_as_the_last_run_had_it(panel):
    assert row_of(panel, "clean")["data"] == "no"
    finished(panel.run())
    assert row_of(panel, "clean")["last"].startswith("list 4, ")
    assert row_of(panel, "clean")["last"].endswith(" in run 1")
    panel.dataset = "clean"
    assert panel.preview["facts"][0].startswith("not kept: list 4, ")
    assert "%%kedro_catalog" in panel.preview["advice"]
    finished(panel.run())
    assert row_of(panel, "clean")["last"].endswith(" in run 2")
    panel.node_names = ["clean"]
    finished(panel.run())
    assert row_of(panel, "clean")["data"] == "yes"
    assert row_of(panel, "train")["last"].endswith(" in run 2")


def test_what_a_run_has_finished_can_be_looked_at_while_it_goes_on(panel, session):
    entered, go_on = threading.Event(), threading.Event()

    def wait(x):
        entered.set()
        assert go_on.wait(20)
        return x

    session.pipelines["slow"] = Pipeline(
        [node(sorted, "raw", "first", name="a"), node(wait, "first", "second", name="b")]
    )
    panel.pipeline = "slow"
    run = panel.run()
    assert entered.wait(20)
    panel.dataset = "first"
    assert panel.preview["facts"][:2] == ["list", "4 items"]
    go_on.set()
    finished(run)
    assert panel.preview["facts"][0].startswith("not kept")


def test_a_dataset_that_cannot_be_loaded_says_why(panel, session):
    class Broken(MemoryDataset):
        def load(self):
            raise OSError("the disk is gone")

    session.catalog["broken"] = Broken(1)
    panel.refresh()
    panel.dataset = "broken"
    assert "the disk is gone" in panel.preview["error"]


def test_a_parameter_or_a_missing_variable_is_not_saved(panel, session):
    panel.dataset = "raw"
    say(panel, "save", dataset="params:title", variable="x")
    assert panel.message
    assert session.catalog.load("params:title") == "run"


# Previews


def test_a_table_shows_its_head_types_and_missing_values():
    shown = preview(pd.DataFrame({"a": [1.0, None, 3.0] * 10, "b": ["x"] * 30}))
    assert shown["facts"][:2] == ["DataFrame", "30 × 2"]  # noqa: RUF001 - the sign for sizes
    for text in ("float64", "<td", "10", "missing"):
        assert text in shown["html"]


def test_an_array_shows_type_and_range():
    shown = preview(np.array([[1.0, 2.0], [np.nan, 4.0]]))
    assert shown["facts"][1:] == ["2 × 2", "32 B", "float64", "1 to 4", "1 not finite"]  # noqa: RUF001 - the same


def test_a_figure_is_a_picture(monkeypatch):
    class Figure:
        def savefig(self, file, **options):
            file.write(b"png")

    module = ModuleType("matplotlib.figure")
    module.Figure = Figure
    monkeypatch.setitem(sys.modules, "matplotlib.figure", module)
    assert "data:image/png;base64,cG5n" in preview(Figure())["html"]


def test_whatever_draws_itself_is_a_picture():
    class Image:
        def _repr_png_(self):
            return b"png"

    assert "data:image/png;base64,cG5n" in preview(Image())["html"]


def test_texts_numbers_and_mappings_are_shown():
    assert "hello" in preview("hello")["html"]
    assert "3.5" in preview(3.5)["html"]
    assert "key" in preview({"a": 1})["html"]


def test_an_object_that_fails_to_show_itself_is_no_error():
    class Odd:
        def __repr__(self):
            raise RuntimeError("no")

        @property
        def shape(self):
            raise RuntimeError("no")

    assert preview(Odd())["facts"][0] == "Odd"
