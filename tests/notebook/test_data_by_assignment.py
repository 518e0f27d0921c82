"""A value that is another thing after it was pickled stays the notebook's own."""

from __future__ import annotations

import pytest

CLASSES = """
import threading
import kedro_nb
from kedro.io import MemoryDataset as KedroDataset

class Broken:
    def __init__(self):
        raise OSError("the database is in another process")

class DataFrame:  # by its name one of an engine's, which is kept by assignment
    def __init__(self):
        self.lock, self.rows = threading.Lock(), [1, 2, 3]
    def __reduce__(self):
        return {makes}, ()

class Table(DataFrame):
    def __deepcopy__(self, memo):
        return self

def peek(t, name):
    return name

read = Pipeline([Node(peek, ["t", "params:name"], f"out{{number}}", name=f"read{{number}}") for number in range(3)])
"""
KEEPERS = {
    "by its name": "%kedro_save t table",
    "by the mode": "kedro_nb.session().catalog['t'] = MemoryDataset(table, copy_mode='assign')",
    "by Kedro's dataset": "kedro_nb.session().catalog['t'] = KedroDataset(table, copy_mode='assign')",
    "in a list": "table = [table]\n%kedro_save t table",
    "by its own copy": "table = Table()\n%kedro_save t table",
    "in a mapping by its own copy": "table = {'a': (Table(), 1)}\n%kedro_save t table",
}
INSIDE = "(table[0] if isinstance(table, list) else table['a'][0] if isinstance(table, dict) else table)"


@pytest.mark.parametrize("keep", KEEPERS)
def test_it_is_loaded_as_it_is_after_runs_in_processes(cells, keep):
    cells.run(CLASSES.format(makes="dict"))  # which pickles to an empty mapping
    cells.run("table = DataFrame()\n" + KEEPERS[keep])
    cells.run(f"own = {INSIDE}")
    cells.run(
        "%kedro_run -p read --parallel --params=name=a ;\n%kedro_run -p read --parallel --params=name=b ;"
    )
    assert cells.run("%kedro_load out1") == "b"
    cells.run("%kedro_load t --as table")
    assert cells.run(f"{INSIDE} is own")
    assert cells.run("own.rows") == [1, 2, 3]


def test_one_that_other_processes_cannot_make_fails_by_name_and_stays(cells):
    cells.run(CLASSES.format(makes="Broken"))
    cells.run("table = DataFrame()\n%kedro_save t table")
    error, text = cells.fail("%kedro_run -p read --parallel --params=name=a")
    assert type(error).__name__ == "DatasetError"
    assert "t: " in text
    assert "the database is in another process" in text
    cells.run("%kedro_load t --as again")
    assert cells.run("again is table")


def test_kedros_empty_dataset_says_how_to_fill_it(cells):
    cells.run("import kedro_nb\nfrom kedro.io import MemoryDataset as KedroDataset")
    cells.run("kedro_nb.session().catalog['empty'] = KedroDataset()")
    _, text = cells.fail("%kedro_load empty")
    assert "Save it first: %kedro_save empty EXPRESSION" in text
