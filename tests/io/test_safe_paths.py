"""No text from outside leads a dataset out of its folder: neither a version nor a name that a pattern matches."""

import json
import os

import pytest
from kedro_datasets.json import JSONDataset as KedroJSONDataset

from kedro_nb.io import CachedDataset, DataCatalog, DatasetError, JSONDataset, Version
from kedro_nb.io.core import AbstractVersionedDataset

UNSAFE_VERSIONS = [
    "",
    " ",
    ".",
    "..",
    "...",
    ".. ",
    "../secret",
    "../../secret",
    "a/../../secret",
    "a/b",
    "/secret",
    "/",
    "..\\secret",
    "a\\b",
    "\\",
    "C:",
    "C:secret",
    "c:\\secret",
    "v\0",
    "\0",
    "%2e%2e",
    "..%2Fsecret",
    "%00",
    7,
]
SAFE_VERSIONS = [
    "2024-01-01T00.00.00.000Z",
    "v1",
    "..v",
    "v..",
    "a..b",
    ".hidden",
    "with space",
    "größe 尺寸",
    "a@b",
    "10:30:00",
    "2024-01-01T00:00:00",
    "50%",
    "*",
    "[1]",
    "~",
    "-rf",
]


@pytest.fixture
def folder(tmp_path):
    """A folder `data` with one version of `a.json`, and secrets around it."""
    versions = tmp_path / "data" / "a.json"
    for place in (versions / "v1", versions, tmp_path / "data", tmp_path / "secret", tmp_path):
        place.mkdir(parents=True, exist_ok=True)
    (versions / "v1" / "a.json").write_text('"mine"')
    for place in (tmp_path / "data" / "secret", tmp_path / "secret", tmp_path / "b"):
        place.mkdir(parents=True, exist_ok=True)
        (place / "a.json").write_text('"secret"')
    return versions


def everything(folder):
    return sorted(str(path) for path in folder.rglob("*"))


def entry(folder, kind="JSONDataset"):
    return {"a": {"type": kind, "filepath": str(folder), "versioned": True}}


def with_version_to_load(folder, version):
    return DataCatalog.from_config(entry(folder), load_versions={"a": version})


def in_use(folder, **versions):
    catalog = DataCatalog.from_config(entry(folder))
    catalog.use_versions(**versions)
    return catalog


def add(folder, version):
    catalog = DataCatalog()
    catalog["a"] = KedroJSONDataset(filepath=str(folder), version=version)
    return catalog


WAYS_TO_LOAD = {
    "dataset": lambda folder, version: JSONDataset(filepath=folder, version=Version(version, None)).load(),
    "exists": lambda folder, version: JSONDataset(filepath=folder, version=Version(version, None)).exists(),
    "catalog": lambda folder, version: with_version_to_load(folder, version).load("a"),
    "catalog of another library's datasets": lambda folder, version: DataCatalog.from_config(
        entry(folder, "json.JSONDataset"), load_versions={"a": version}
    ).load("a"),
    "use_versions": lambda folder, version: in_use(folder, load_versions={"a": version}).load("a"),
    "load": lambda folder, version: DataCatalog.from_config(entry(folder)).load("a", version=version),
    "get": lambda folder, version: (
        DataCatalog.from_config(entry(folder)).get("a", version=Version(version, None)).load()
    ),
    "add": lambda folder, version: add(folder, Version(version, None)).load("a"),
    "cached": lambda folder, version: CachedDataset(
        {"type": "JSONDataset", "filepath": str(folder)}, version=Version(version, None)
    ).load(),
    "pattern": lambda folder, version: DataCatalog.from_config(
        {"{name}": {"type": "JSONDataset", "filepath": f"{folder.parent}/{{name}}.json", "versioned": True}},
        load_versions={"a": version},
    ).load("a"),
}
WAYS_TO_SAVE = {
    "dataset": lambda folder, version: JSONDataset(filepath=folder, version=Version(None, version)).save(1),
    "catalog": lambda folder, version: DataCatalog.from_config(entry(folder), save_version=version).save(
        "a", 1
    ),
    "catalog of another library's datasets": lambda folder, version: DataCatalog.from_config(
        entry(folder, "json.JSONDataset"), save_version=version
    ).save("a", 1),
    "use_versions": lambda folder, version: in_use(folder, save_version=version).save("a", 1),
    "get": lambda folder, version: (
        DataCatalog.from_config(entry(folder)).get("a", version=Version(None, version)).save(1)
    ),
    "add": lambda folder, version: add(folder, Version(None, version)).save("a", 1),
    "cached": lambda folder, version: CachedDataset(
        {"type": "JSONDataset", "filepath": str(folder)}, version=Version(None, version)
    ).save(1),
}


@pytest.mark.parametrize("version", UNSAFE_VERSIONS, ids=repr)
@pytest.mark.parametrize("way", WAYS_TO_LOAD)
def test_a_version_that_is_no_folder_name_is_not_loaded(way, version, folder):
    with pytest.raises(DatasetError, match=r"Version string .* is not allowed"):
        WAYS_TO_LOAD[way](folder, version)


@pytest.mark.parametrize("version", UNSAFE_VERSIONS, ids=repr)
@pytest.mark.parametrize("way", WAYS_TO_SAVE)
def test_a_version_that_is_no_folder_name_is_not_saved(way, version, folder, tmp_path):
    before = everything(tmp_path)
    with pytest.raises(DatasetError, match=r"Version string .* is not allowed"):
        WAYS_TO_SAVE[way](folder, version)
    assert everything(tmp_path) == before


@pytest.mark.parametrize("version", SAFE_VERSIONS)
def test_any_other_text_is_a_version(version, tmp_path):
    folder = tmp_path / "a.json"
    DataCatalog.from_config(entry(folder), save_version=version).save("a", version)
    assert json.loads((folder / version / "a.json").read_text()) == version
    assert with_version_to_load(folder, version).load("a") == version
    assert JSONDataset(filepath=folder, version=Version(None, None)).list_versions(False) == [version]


def test_what_a_store_lists_under_another_name_is_no_version():
    listed = ["b/a.json/v1/a.json", "b/a.json/../a.json", "b/a.json//a.json", "b/a.json/C:/a.json"]
    from pathlib import PurePosixPath

    class Stored(AbstractVersionedDataset):
        load = save = lambda *_: None

    dataset = Stored(PurePosixPath("b/a.json"), Version(None, None), lambda _path: True, lambda _text: listed)
    assert dataset.list_versions(full_path=False) == ["v1"]


UNSAFE_NAMES = [
    # the name of a dataset, the pattern, its path; {tmp} is the folder above the one for data
    ("../secret", "{name}", "{tmp}/data/{name}.json"),
    ("a/../../secret", "{name}", "{tmp}/data/{name}.json"),
    ("../data/../secret", "{name}", "{tmp}/data/{name}.json"),
    ("..", "{name}", "{tmp}/data/{name}/a.json"),
    (".", "{name}", "{tmp}/data/{name}/a.json"),
    ("x/.", "{name}", "{tmp}/data/{name}/a.json"),
    ("...", "{name}", "{tmp}/data/{name}/a.json"),
    (".. ", "{name}", "{tmp}/data/{name}/a.json"),
    ("..#./secret", "{a}#{b}", "{tmp}/data/{a}{b}.json"),
    (".#./secret", "{a}#{b}", "{tmp}/data/{a}{b}.json"),
    ("./secret", "{name}", "{tmp}/data/.{name}.json"),
    ("..#secret", "{layer}#{name}", "{tmp}/data/{layer}/{name}.json"),
    ("raw#../../secret", "{layer}#{name}", "{tmp}/data/{layer}/{name}.json"),
    ("..\\secret", "{name}", "{tmp}/data/{name}.json"),
    ("a\\..\\..\\secret", "{name}", "{tmp}/data/{name}.json"),
    ("/secret", "{name}", "{tmp}/data/{name}.json"),
    ("\\secret", "{name}", "{tmp}/data/{name}.json"),
    ("{tmp}/secret", "{name}", "{name}.json"),
    ("{tmp}/secret", "{name}", "{name}"),
    ("file://{tmp}/secret", "{name}", "{name}.json"),
    ("file:{tmp}/secret", "{name}", "{name}.json"),
    ("file:../secret", "{name}", "{name}.json"),
    ("file:..", "{name}", "{name}/secret.json"),
    ("local:x", "{name}", "{name}.json"),
    ("memory://secret", "{name}", "{name}.json"),
    ("simplecache::file://{tmp}/secret", "{name}", "{name}.json"),
    ("C:secret", "{name}", "{name}.json"),
    ("C:\\secret", "{name}", "{name}.json"),
    ("~/secret", "{name}", "{name}.json"),
    ("~root/secret", "{name}", "{name}.json"),
    ("%2e%2e/secret", "{name}", "memory://data/{name}.json"),
    ("..%2fsecret", "{name}", "memory://data/{name}.json"),
    ("%2E%2E%5Csecret", "{name}", "memory://data/{name}.json"),
    ("a\0b", "{name}", "{tmp}/data/{name}.json"),
    ("a%00b", "{name}", "{tmp}/data/{name}.json"),
    ("simplecache::{tmp}/secret", "{name}", "{name}.json"),
    ("x.org/", "{name}", "memory://{name}.example.com/a.json"),
    ("x.org#", "{name}", "memory://{name}.example.com/a.json"),
    ("x.org?a=", "{name}", "memory://me@{name}.example.com/a.json"),
]
SAFE_NAMES = [
    ("cars", "{name}", "{tmp}/{name}.json", "cars.json"),
    ("raw/cars", "{name}", "{tmp}/{name}.json", "raw/cars.json"),
    ("raw/2024/cars", "{layer}/{name}", "{tmp}/{layer}/{name}.json", "raw/2024/cars.json"),
    ("raw.cars", "{layer}.{name}", "{tmp}/{layer}/{name}.json", "raw/cars.json"),
    ("a..b", "{name}", "{tmp}/{name}.json", "a..b.json"),
    (".hidden", "{name}", "{tmp}/{name}.json", ".hidden.json"),
    ("..", "{name}", "{tmp}/{name}.json", "...json"),
    ("two words", "{name}", "{tmp}/{name}.json", "two words.json"),
    ("größe", "{name}", "{tmp}/{name}.json", "größe.json"),
    ("a:b", "{name}", "{tmp}/{name}.json", "a:b.json"),
    ("12:30", "{name}", "{tmp}/{name}.json", "12:30.json"),
    ("50%", "{name}", "{tmp}/{name}.json", "50%.json"),
    ("a%20b", "{name}", "{tmp}/{name}.json", "a%20b.json"),
    ("~x", "{name}", "{tmp}/{name}.json", "~x.json"),
    ("raw", "{name}", "{tmp}/data/../{name}.json", "raw.json"),
    ("raw", "{name}", "{tmp}/{name}/../b/./x.json", "b/x.json"),
    ("raw", "{name}", "file://{tmp}/{name}.json", "raw.json"),
]


def under_pattern(tmp_path, pattern, filepath, **more):
    filepath = filepath.replace("{tmp}", str(tmp_path))
    return DataCatalog.from_config({pattern: {"type": "JSONDataset", "filepath": filepath, **more}})


@pytest.mark.parametrize(("name", "pattern", "filepath"), UNSAFE_NAMES)
@pytest.mark.parametrize("versioned", [False, True])
def test_a_name_does_not_lead_out_of_the_folder_of_its_pattern(
    name, pattern, filepath, versioned, tmp_path, monkeypatch, memory_files
):
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path / "data")
    (tmp_path / "secret.json").write_text('"secret"')
    name = name.replace("{tmp}", str(tmp_path))
    catalog = under_pattern(tmp_path, pattern, filepath, versioned=versioned)
    before = everything(tmp_path)
    for use in (catalog.load, catalog.exists, catalog.get, lambda name: catalog.save(name, 1)):
        with pytest.raises(
            DatasetError, match=r"is not allowed with pattern '.*': it would make a path outside"
        ):
            use(name)
    with pytest.raises(DatasetError, match="is not allowed with pattern"):
        catalog.use_versions({name: "v1"})
    assert everything(tmp_path) == before
    assert not memory_files.find("/")
    assert name not in catalog.keys()  # noqa: SIM118 - `in` is true for patterns


@pytest.mark.parametrize(("name", "pattern", "filepath", "file"), SAFE_NAMES)
def test_any_other_name_is_a_file_in_it(name, pattern, filepath, file, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "raw").mkdir()
    (tmp_path / "b").mkdir()
    catalog = under_pattern(tmp_path, pattern, filepath)
    catalog.save(name, name)
    assert json.loads((tmp_path / file).read_text()) == name
    assert catalog.load(name) == name


@pytest.mark.parametrize("name", ["../x", "/x", "C:x", "a\0b", "~", "."])
def test_what_makes_no_path_can_have_any_name(name):
    catalog = DataCatalog.from_config({"{name}": {"type": "MemoryDataset"}})
    catalog.save(name, 1)
    assert catalog.load(name) == 1


def test_a_name_does_not_lead_out_through_an_entry_within_an_entry(tmp_path):
    inner = {"type": "JSONDataset", "filepath": f"{tmp_path}/data/{{name}}.json"}
    catalog = DataCatalog.from_config({"{name}": {"type": "CachedDataset", "dataset": inner}})
    with pytest.raises(DatasetError, match="outside the folder"):
        catalog.save("../x", 1)
    assert os.listdir(tmp_path) == []
