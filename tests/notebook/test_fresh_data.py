"""Magics and the panel show and load what is in the files now, whoever has written them."""

from __future__ import annotations

import json

import pytest

from kedro_nb.notebook.panel import Panel
from kedro_nb.session import session

FOLDER = """%%kedro_catalog
d:
  type: partitions.{kind}
  path: data
  dataset: json.JSONDataset
"""
MAKE = """
def make():
    return {"a.json": 1, "b.json": 2}

def names(parts):
    return sorted(parts)

%kedro_save x 1
made = Pipeline([Node(make, None, "d"), Node(names, "d", "names")])
"""


@pytest.mark.parametrize("kind", ["PartitionedDataset", "IncrementalDataset"])
@pytest.mark.parametrize("option", ["", "--parallel", "--runner=ThreadRunner", "--async"])
def test_after_a_look_at_an_empty_folder_a_run_reads_what_it_has_written(cells, tmp_path, kind, option):
    (tmp_path / "data").mkdir()
    assert [row.data for row in cells.run(FOLDER.format(kind=kind))] == ["no"]
    cells.run(MAKE)
    assert cells.run(f"%kedro_run -p made {option}").load() == {"names": ["a.json", "b.json"]}
    assert [row.data for row in cells.run("%kedro_catalog ^d$")] == ["yes"]
    assert set(cells.run("%kedro_load d")) == {"a.json", "b.json"}
    (tmp_path / "data" / "c.json").write_text("3")  # by another process
    assert set(cells.run("%kedro_load d")) == {"a.json", "b.json", "c.json"}


VERSIONED = """%%kedro_catalog
v:
  type: JSONDataset
  filepath: v.json
  versioned: true
"""
CACHED = """%%kedro_catalog
v:
  type: CachedDataset
  versioned: true
  dataset:
    type: JSONDataset
    filepath: v.json
"""


@pytest.mark.parametrize("entry", [VERSIONED, CACHED])
def test_a_version_that_another_process_has_saved_is_loaded(cells, tmp_path, entry):
    cells.run(entry)
    for number in (1, 2):
        folder = tmp_path / "v.json" / f"2999-01-01T00.00.0{number}.000Z"
        folder.mkdir(parents=True)
        (folder / "v.json").write_text(json.dumps(number))
        assert cells.run("%kedro_load v") == number
        assert Panel().load("v") == number


@pytest.mark.parametrize("entry", [VERSIONED, CACHED])
def test_every_save_makes_a_version_and_is_loaded(cells, tmp_path, entry):
    cells.run(entry)
    panel = Panel()
    for number in (1, 3):
        cells.run(f"%kedro_save v {number}\nw = {number + 1}")
        assert cells.run("%kedro_load v") == number
        panel.save("v", "w")
        assert cells.run("%kedro_load v") == number + 1
    assert len(list((tmp_path / "v.json").iterdir())) == 4


def test_the_panel_shows_what_is_in_the_file_now(cells, tmp_path):
    cells.run(
        "%%kedro_catalog\nc:\n  type: CachedDataset\n  dataset: {type: JSONDataset, filepath: c.json}\n"
    )
    panel = Panel()
    panel.dataset = "c"
    assert "no data yet" in panel.preview["facts"]
    for number in (11, 22):
        (tmp_path / "c.json").write_text(json.dumps(number))
        panel.refresh()
        assert [row["data"] for row in panel.datasets if row["name"] == "c"] == ["yes"]
        panel.look()
        assert str(number) in panel.preview["html"]


def test_completion_offers_outputs_that_have_no_data_now(cells, tmp_path):
    cells.run(
        "%%kedro_catalog\nout:\n  type: CachedDataset\n  dataset: {type: JSONDataset, filepath: o.json}\n"
    )
    line = "%%kedro_node --outputs="
    assert f"{line}out" in cells.offers(line)
    cells.run("%kedro_save out 1")
    assert f"{line}out" not in cells.offers(line)
    (tmp_path / "o.json").unlink()
    assert f"{line}out" in cells.offers(line)


def test_an_object_that_a_background_run_uses_is_left_to_it(cells, tmp_path):
    (tmp_path / "c.json").write_text("1")
    cells.run("import threading\nentered, opened = threading.Event(), threading.Event()")
    cells.run("def wait(c):\n    entered.set()\n    assert opened.wait(20)\n    return c")
    cells.run("def both(c, w):\n    return [c, w]\n%kedro_save x 1")
    cells.run("slow = Pipeline([Node(wait, 'c', 'w'), Node(both, ['c', 'w'], 'out')])")
    session().catalog["c"] = cells.run("CachedDataset(JSONDataset(filepath='c.json'))")
    cells.run("run = %kedro_run -p slow --background\nentered.wait(20)")
    (tmp_path / "c.json").write_text("2")
    cells.run("%kedro_catalog")
    assert cells.run("%kedro_load c") == 1  # as the run has it
    assert cells.run("opened.set()\nrun.result().load()") == {"out": [1, 1]}
    assert cells.run("%kedro_load c") == 2
