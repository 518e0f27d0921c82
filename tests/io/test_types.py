"""What `type:` in a catalog entry finds, and what it says when it finds nothing."""

import sys
import types

import pandas as pd
import pytest
from kedro_datasets.pandas import CSVDataset as KedroCSVDataset

from kedro_nb import io
from kedro_nb.io import DataCatalog, DatasetError, MemoryDataset


def build(**entry):
    return DataCatalog.from_config({"cars": entry})["cars"]


class OwnDataset(MemoryDataset):
    pass


@pytest.mark.parametrize(
    "wanted",
    [
        "MemoryDataset",
        "kedro.io.MemoryDataset",
        "kedro_nb.io.MemoryDataset",
        "kedro.io.memory_dataset.MemoryDataset",
    ],
)
def test_our_own_types_answer_to_their_bare_name_and_to_kedros(wanted):
    assert type(build(type=wanted)) is MemoryDataset


@pytest.mark.parametrize(
    "wanted", ["PickleDataset", "JSONDataset", "YAMLDataset", "TextDataset", "CSVDataset"]
)
def test_file_datasets_answer_to_their_bare_name(wanted):
    assert type(build(type=wanted, filepath="x")) is getattr(io, wanted)


def test_a_class_can_be_given_itself():
    assert type(build(type=OwnDataset)) is OwnDataset


def test_a_class_defined_in_the_notebook_is_found(monkeypatch):
    monkeypatch.setattr(sys.modules["__main__"], "OwnDataset", OwnDataset, raising=False)
    assert type(build(type="__main__.OwnDataset")) is OwnDataset


def test_any_dotted_name_is_found(monkeypatch):
    module = types.ModuleType("my_datasets")
    module.OwnDataset = OwnDataset
    monkeypatch.setitem(sys.modules, "my_datasets", module)
    assert type(build(type="my_datasets.OwnDataset")) is OwnDataset


def test_datasets_of_kedro_work_in_our_catalog(tmp_path):
    catalog = DataCatalog.from_config(
        {"cars": {"type": "pandas.CSVDataset", "filepath": str(tmp_path / "cars.csv"), "versioned": True}},
        save_version="v1",
    )
    frame = pd.DataFrame({"a": [1]})
    assert not catalog.exists("cars")
    catalog.save("cars", frame)
    assert type(catalog["cars"]) is KedroCSVDataset
    assert catalog.exists("cars")
    assert catalog.load("cars").equals(frame)
    assert catalog.load("cars", version="v1").equals(frame)
    assert (tmp_path / "cars.csv" / "v1" / "cars.csv").is_file()
    catalog.release("cars")
    assert catalog.get_type("cars") == "kedro_datasets.pandas.csv_dataset.CSVDataset"


def test_an_error_of_kedros_dataset_is_ours_and_names_the_entry(tmp_path):
    catalog = DataCatalog({"cars": KedroCSVDataset(filepath=str(tmp_path / "missing.csv"))})
    with pytest.raises(
        DatasetError, match=r"^cars: Failed while loading data from dataset .*missing\.csv"
    ) as caught:
        catalog.load("cars")
    assert str(caught.value).count("Failed while loading") == 1


def test_a_missing_kedro_datasets_is_told_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "kedro_datasets", None)
    monkeypatch.setitem(sys.modules, "kedro_datasets.pandas", None)
    with pytest.raises(
        DatasetError, match=r'(?s)dataset \'cars\'.*pip install "kedro-datasets\[pandas-csvdataset\]"'
    ):
        build(type="pandas.CSVDataset", filepath="x")


def test_a_missing_package_behind_a_dataset_is_told_with_what_to_install(monkeypatch):
    broken = types.ModuleType("kedro_datasets.spark")
    broken.__getattr__ = lambda name: __import__("no_such_spark")
    monkeypatch.setitem(sys.modules, "kedro_datasets.spark", broken)
    message = (
        r"(?s)No module named 'no_such_spark'.*pip install \"kedro-datasets\[spark-sparkdataset\]\", "
        "and no_such_spark if that does not bring it"
    )
    with pytest.raises(DatasetError, match=message):
        build(type="spark.SparkDataset", filepath="x")


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("PickleDatset", "No dataset type 'PickleDatset' - did you mean one of these instead: PickleDataset"),
        ("kedro.io.MemoryDatset", "No dataset type 'kedro.io.MemoryDatset' - did you mean.*MemoryDataset"),
        (
            "pandas.CSVDatset",
            "Dataset 'CSVDatset' not found in 'kedro_datasets.pandas' - did you mean.*CSVDataset",
        ),
        (
            "panda.CSVDataset",
            "No module named 'panda', neither in kedro-datasets nor elsewhere - did you mean.*pandas",
        ),
        (
            "collections.OrderedDict",
            "Dataset type 'collections.OrderedDict' is invalid: all dataset types must extend",
        ),
        ("AbstractDataset", "No dataset type 'AbstractDataset'"),
        (
            "pandas.CSVDataset.",
            "'type' class path does not support relative paths or paths ending with a dot",
        ),
        (".CSVDataset", "'type' class path does not support relative paths or paths ending with a dot"),
        ("", "'type' is the name of a dataset class.*not ''"),
        (3, "'type' is the name of a dataset class.*not 3"),
        (dict, "Dataset type 'builtins.dict' is invalid"),
    ],
)
def test_a_type_that_is_not_there_is_told_with_the_entry_and_the_closest_name(wanted, message):
    with pytest.raises(
        DatasetError, match=f"(?s)^An exception occurred when parsing config for dataset 'cars':\n{message}"
    ):
        build(type=wanted)


def test_an_argument_that_does_not_fit_is_told_with_the_closest_one():
    with pytest.raises(
        DatasetError, match=r"(?s)unexpected keyword argument 'filepat'\..*Dataset 'cars' must only"
    ) as caught:
        build(type="pandas.CSVDataset", filepat="x")
    assert str(caught.value).endswith("'filepat' - did you mean one of these instead: filepath")
    with pytest.raises(DatasetError, match="'filepat' - did you mean one of these instead: filepath"):
        build(type="CSVDataset", filepat="x")


def test_what_goes_wrong_in_a_constructor_names_the_entry_and_the_type():
    message = "Failed to instantiate dataset 'cars' of type 'kedro_nb.io.PickleDataset'.\n.*Protocol not known: nope"
    with pytest.raises(DatasetError, match=message):
        build(type="PickleDataset", filepath="nope://x")


def test_versions_of_what_has_none_are_refused():
    with pytest.raises(
        DatasetError, match=r"Dataset 'cars' of type 'kedro_nb.io.MemoryDataset' cannot be versioned"
    ):
        build(type="MemoryDataset", versioned=True)


def test_a_version_in_an_entry_is_left_out_and_logged(caplog):
    assert build(type="PickleDataset", filepath="x", version="v1")._version is None
    assert "'version' is left out of the entry 'cars'" in caplog.text


def test_metadata_is_kept():
    assert build(type="MemoryDataset", metadata={"owner": "me"}).metadata == {"owner": "me"}
