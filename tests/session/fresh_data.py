"""Datasets that remember something of their files, and what another process does to these files."""

from __future__ import annotations

import json
from pathlib import Path

import fsspec
import kedro.io
from fsspec.implementations.local import LocalFileSystem

from kedro_nb.io import AbstractDataset
from kedro_nb.io.config import build_dataset


class ListingFileSystem(LocalFileSystem):
    """Local files behind a file system that lists each folder once, as those of object stores do."""

    protocol = "listing"

    def __init__(self, **options):
        super().__init__(auto_mkdir=True, **options)

    def ls(self, path, detail=False, **options):
        path = self._strip_protocol(path)
        if path not in self.dircache:
            self.dircache[path] = super().ls(path, detail=True, **options)
        found = self.dircache[path]
        return found if detail else [each["name"] for each in found]

    def info(self, path, **options):
        path = self._strip_protocol(path)
        parent = self._parent(path)
        if parent in self.dircache:
            for each in self.dircache[parent]:
                if each["name"] == path:
                    return each
            raise FileNotFoundError(path)
        return super().info(path, **options)

    def exists(self, path, **options):
        try:
            self.ls(self._parent(path))
            self.info(path, **options)
        except OSError:
            return False
        return True

    def invalidate_cache(self, path=None):
        self.dircache.clear()


fsspec.register_implementation("listing", ListingFileSystem, clobber=True)


class Folder(AbstractDataset):
    """A user's dataset that lists its folder once and has no `_release`."""

    def __init__(self, where):
        self.where = str(where)
        self.listing = None

    def names(self):
        if self.listing is None:
            self.listing = sorted(path.name for path in Path(self.where).glob("*.json"))
        return self.listing

    def load(self):
        return {name: json.loads((Path(self.where) / name).read_text()) for name in self.names()}

    def save(self, data):
        Path(self.where).mkdir(parents=True, exist_ok=True)
        for name, value in data.items():
            (Path(self.where) / name).write_text(json.dumps(value))

    def _exists(self):
        return bool(self.names())

    def _describe(self):
        return {"where": self.where}


class ReleasedFolder(Folder):
    """The same with a `_release`."""

    def _release(self):
        self.listing = None


class ForAllObjects(Folder):
    """A user's dataset that keeps its listings on the class."""

    listings = {}

    def names(self):
        if self.where not in self.listings:
            self.listings[self.where] = Folder(self.where).names()
        return self.listings[self.where]

    def save(self, data):
        super().save(data)
        self._release()

    def _release(self):
        self.listings.pop(self.where, None)


class OptionsFolder(ReleasedFolder):
    """A user's dataset whose path is in a mapping."""

    def __init__(self, options):
        super().__init__(options["where"])


class Duck:
    """A user's dataset without a base class, and with slots."""

    __slots__ = ("cache", "folder")

    def __init__(self, folder):
        self.folder = Folder(folder)

    def load(self):
        return self.folder.load()

    def save(self, data):
        self.folder.save(data)
        self.folder.listing = None

    def exists(self):
        return bool(self.folder.names())

    def release(self):
        self.folder.listing = None

    def _describe(self):
        return {}


class Around(AbstractDataset):
    """A user's dataset around another one."""

    def __init__(self, inner):
        self.inner = inner if isinstance(inner, AbstractDataset) else build_dataset("inner", inner)
        self.cache = None

    def load(self):
        if self.cache is None:
            self.cache = self.inner.load()
        return self.cache

    def save(self, data):
        self.inner.save(data)
        self.cache = data

    def _exists(self):
        return self.cache is not None or self.inner.exists()

    def _release(self):
        self.cache = None
        self.inner.release()

    def _describe(self):
        return {}


class InTheObject(AbstractDataset):
    """A user's dataset that keeps the data in the object."""

    data = None

    def load(self):
        return self.data

    def save(self, data):
        self.data = data

    def _exists(self):
        return self.data is not None

    def _release(self):
        self.data = None

    def _describe(self):
        return {}


def parts(fs, path, number):
    """Another process writes one more partition."""
    file(fs, f"{path}/p{number}.json", number)


def file(fs, path, number):
    """Another process writes the file."""
    fs.pipe_file(str(path), json.dumps(number).encode())


def version(fs, path, number):
    """Another process saves a version."""
    folder = f"{path}/2999-01-01T00.00.0{number}.000Z"
    fs.makedirs(folder)
    file(fs, f"{folder}/{path.name}", number)


def shown(data):
    """The last number that is in the data."""
    if not isinstance(data, dict):
        return data
    values = [value() if callable(value) else value for value in data.values()]
    return max(values, default=0)


JSON = {"type": "json.JSONDataset"}
# By kind: the entry without its path, the argument that the path goes to, and what another process does.
KINDS = {
    "partitioned": ({"type": "partitions.PartitionedDataset", "dataset": JSON}, "path", parts),
    "incremental": ({"type": "partitions.IncrementalDataset", "dataset": JSON}, "path", parts),
    "folder": ({"type": Folder}, "where", parts),
    "released folder": ({"type": ReleasedFolder}, "where", parts),
    "for all objects": ({"type": ForAllObjects}, "where", parts),
    "options": ({"type": OptionsFolder, "options": {}}, "options.where", parts),
    "duck": ({"type": Duck}, "folder", parts),
    "around": ({"type": Around, "inner": {"type": "JSONDataset"}}, "inner.filepath", file),
    "cached cached": (
        {"type": "CachedDataset", "dataset": {"type": "CachedDataset", "dataset": {"type": "JSONDataset"}}},
        "dataset.dataset.filepath",
        file,
    ),
    "file": ({"type": "kedro_nb.io.JSONDataset"}, "filepath", file),
    "kedro file": (JSON, "filepath", file),
    "versioned": ({"type": "kedro_nb.io.JSONDataset", "versioned": True}, "filepath", version),
    "kedro versioned": ({**JSON, "versioned": True}, "filepath", version),
    "cached": ({"type": "CachedDataset", "dataset": {"type": "JSONDataset"}}, "dataset.filepath", file),
    "kedro cached": ({"type": kedro.io.CachedDataset, "dataset": JSON}, "dataset.filepath", file),
    "cached versioned": (
        {"type": "CachedDataset", "versioned": True, "dataset": {"type": "JSONDataset"}},
        "dataset.filepath",
        version,
    ),
    "file in memory": ({"type": "kedro_nb.io.JSONDataset"}, "filepath:memory", file),
    "versions in memory": (
        {"type": "kedro_nb.io.JSONDataset", "versioned": True},
        "filepath:memory",
        version,
    ),
    "kedro file in memory": (JSON, "filepath:memory", file),
    "listed file": ({"type": "kedro_nb.io.JSONDataset"}, "filepath:listing", file),
    "listed versions": (
        {"type": "kedro_nb.io.JSONDataset", "versioned": True},
        "filepath:listing",
        version,
    ),
    "listed kedro file": (JSON, "filepath:listing", file),
}

OF_KEDRO = (
    "partitioned",
    "incremental",
    "kedro file",
    "kedro versioned",
    "kedro cached",
    "listed kedro file",
)
CACHED = {kind for kind in KINDS if "cached" in kind}
HAVE_FOLDERS = {kind for kind, (_, _, write) in KINDS.items() if write is parts}


class Place:
    """A dataset of one kind, and its files."""

    def __init__(self, kind, folder):
        entry, argument, self._write = KINDS[kind]
        argument, _, protocol = argument.partition(":")
        self.kind = kind
        self.path = folder / ("data" if kind in HAVE_FOLDERS else "data.json")
        where = f"{protocol}://{self.path}" if protocol else str(self.path)
        self.entry = _with(entry, argument.split("."), where)
        self.fs = fsspec.filesystem("memory" if protocol == "memory" else "file")
        if kind in HAVE_FOLDERS:
            self.path.mkdir()

    def put_into(self, catalog, way, name="the_d"):
        """Add the dataset to a catalog: as an entry, as the pattern of one, or as an object."""
        if way == "object":
            catalog[name] = build_dataset(name, self.entry)
        else:
            catalog.add_entries({"{any}_d" if way == "pattern" else name: self.entry})

    def write(self, number):
        """Another process writes."""
        self._write(self.fs, self.path, number)

    def remove(self):
        """Another process removes everything."""
        self.fs.rm(str(self.path), recursive=True)

    def versions(self):
        """The names of the versions, oldest first."""
        return sorted(Path(each).name for each in self.fs.ls(str(self.path), detail=False))

    def write_between(self, _data):
        """A node during which another process writes 9."""
        self.write(9)
        return True

    def data(self, number):
        """What a node returns to save this number."""
        return {f"p{number}.json": number} if self.kind in HAVE_FOLDERS else number


def _with(entry, keys, value):
    """The entry with a value put in."""
    first, *rest = keys
    return {**entry, first: _with(entry[first], rest, value) if rest else value}
