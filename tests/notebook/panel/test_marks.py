"""Where the panel says that a dataset is: read from marks, also before there is the dataset."""

import kedro.io as theirs
import pytest

import kedro_nb.io as ours
from kedro_nb.notebook.panel.data import datasets, look
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.session import Session

PATTERNS = {
    "{name}_memory": {"type": "MemoryDataset"},
    "{name}_shared": {"type": "SharedMemoryDataset"},
    "{name}_kept": {"type": f"{__name__}.Kept"},
    "{name}_file": {"type": "pickle.PickleDataset", "filepath": "{name}.pkl"},
    "{name}_lookalike": {"type": f"{__name__}.MemoryDataset"},
}


class Kept(ours.AbstractDataset):
    """In memory by its mark."""

    _EPHEMERAL = True

    def load(self):
        """Nothing."""

    def save(self, data):
        """Nothing."""


class MemoryDataset(ours.PickleDataset):
    """In a file, whatever its name."""

    def __init__(self):
        super().__init__(filepath="lookalike.pkl")


def where(catalog):
    names = ["a_memory", "a_shared", "a_kept", "a_file", "a_lookalike", "a_undeclared"]
    shown = datasets(Session(catalog), Pipeline([node(lambda: 0, None, names, name="n")]), {})
    return {row["name"]: row["where"] for row in shown}


def test_a_dataset_of_a_pattern_is_in_memory_if_its_class_is_marked():
    catalog = ours.DataCatalog.from_config(PATTERNS)
    assert where(catalog) == {
        "a_memory": "memory",
        "a_shared": "memory",
        "a_kept": "memory",
        "a_file": "by a pattern",
        "a_lookalike": "by a pattern",
        "a_undeclared": "memory",
    }
    assert list(catalog) == []


@pytest.mark.parametrize("io", [ours, theirs], ids=["ours", "theirs"])
def test_a_dataset_of_the_catalog_is_in_memory_if_it_is_marked(io):
    members = {"load": lambda self: 1, "save": lambda self, data: None, "_exists": lambda self: False}
    members["_describe"] = lambda self: {"at": "home"}
    catalog = io.DataCatalog()
    catalog["a_memory"], catalog["a_shared"] = io.MemoryDataset(1), io.SharedMemoryDataset()
    catalog["a_kept"] = type("Kept", (io.AbstractDataset,), {**members, "_EPHEMERAL": True})()
    catalog["a_file"] = type("MemoryDataset", (io.AbstractDataset,), members)()
    shown = where(catalog)
    assert [shown[name] for name in ("a_memory", "a_shared", "a_kept")] == ["memory"] * 3
    assert shown["a_file"] != "memory"


@pytest.mark.parametrize("io", [ours, theirs], ids=["ours", "theirs"])
def test_what_is_shown_is_what_the_dataset_loads(io):
    loads = {"load": lambda self: [*io.MemoryDataset.load(self), "loaded"]}
    catalog = io.DataCatalog()
    catalog["d"] = type("Tagging", (io.MemoryDataset,), loads)([1])
    assert look(Session(catalog), "d", {}, asked=False)["facts"][:2] == ["list", "2 items"]
