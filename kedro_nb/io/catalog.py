"""DataCatalog: the datasets of a project by name."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any, ClassVar

from kedro_nb.errors import (
    DatasetError,
    DatasetNotFoundError,
    did_you_mean,
)
from kedro_nb.exceptions import cause_of, is_a
from kedro_nb.io.base import entry_load_error, entry_save_error, is_dataset
from kedro_nb.io.catalog_versions import CatalogVersions
from kedro_nb.io.config import build_dataset, fill_credentials
from kedro_nb.io.entries import Lazy, condition, shown, type_of, with_version
from kedro_nb.io.fresh import forget_files, forget_listings, is_used
from kedro_nb.io.legacy import OlderCatalogMethods
from kedro_nb.io.marks import has_place, in_files, is_in_memory
from kedro_nb.io.memory import MemoryDataset
from kedro_nb.io.patterns import MEMORY_PATTERNS, CatalogConfigResolver, Patterns
from kedro_nb.io.safe_paths import chosen_versions
from kedro_nb.io.versioned import Version, generate_timestamp
from kedro_nb.masking import get_logger, remember_dataset

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Iterator, Mapping

logger = get_logger("kedro_nb.io.data_catalog")  # the name that Kedro's users filter by


def log_loading(name: str, dataset: object) -> None:
    if logger.isEnabledFor(logging.INFO):
        logger.info("Loading data from `%s` (%s)...", name, type(dataset).__name__)


def log_saving(name: str, dataset: object) -> None:
    if logger.isEnabledFor(logging.INFO):
        logger.info("Saving data to `%s` (%s)...", name, type(dataset).__name__)


class DataCatalog(CatalogVersions, OlderCatalogMethods):
    """Datasets by name, dict-like; those described by configuration are built when first used.

    Args:
        datasets: Datasets, or plain values, which become MemoryDatasets.
        config_resolver: Finds what `datasets` lacks in catalog entries and dataset factory patterns.
        load_versions: Which version to load, by dataset name; the latest for the others.
        save_version: Under which version to save; the time of the first use when left out.
    """

    default_runtime_patterns: ClassVar[Patterns] = MEMORY_PATTERNS

    def __init__(
        self,
        datasets: Mapping[str, Any] | None = None,
        config_resolver: CatalogConfigResolver | None = None,
        load_versions: Mapping[str, str | None] | None = None,
        save_version: str | None = None,
    ) -> None:
        self._lock = threading.RLock()
        self._resolver = config_resolver or CatalogConfigResolver(
            default_runtime_patterns=self.default_runtime_patterns
        )
        self._save_version = save_version
        self._load_versions = chosen_versions(load_versions, save_version)
        self._configs: dict[str, dict[str, Any]] = {}  # the entries as written, for to_config
        self._entries: dict[str, Any] = {}
        self._undeclared: set[str] = set()  # names that a run has made up for data between nodes
        # By name, what to build again: the entry of each dataset that was built and stores its data outside.
        self._stored: dict[str, Lazy] = {}
        self._of_run = False  # a run's catalog keeps what its datasets remember
        if datasets is not None and not hasattr(datasets, "items"):
            raise DatasetError(
                f"'datasets' is a mapping of names to datasets, and not a '{type(datasets).__name__}'."
            )
        for name, dataset in (datasets or {}).items():
            self[name] = dataset
        for name, entry in self._resolver.entries.items():
            if name in self._entries:
                logger.warning("'%s' is given as a dataset: its catalog entry is not used.", name)
            else:
                self._configs[name] = entry
                self._entries[name] = Lazy(entry)
        self._check_load_versions(self._load_versions)

    @classmethod
    def from_config(
        cls,
        catalog: Mapping[str, dict[str, Any]] | None,
        credentials: Mapping[str, dict[str, Any]] | None = None,
        load_versions: Mapping[str, str | None] | None = None,
        save_version: str | None = None,
    ) -> DataCatalog:
        """A catalog from what `catalog.yml` and `credentials.yml` say."""
        resolver = CatalogConfigResolver(catalog, credentials, cls.default_runtime_patterns)
        return cls(config_resolver=resolver, load_versions=load_versions, save_version=save_version)

    def to_config(
        self,
    ) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]], dict[str, str | None], str | None]:
        """What `from_config` takes to make this catalog again: entries, credentials, load versions, save version.

        Data in memory has no configuration and is left out.
        """
        from kedro_nb.io.config import config_of, split_credentials

        entries: dict[str, dict[str, Any]] = {}
        for name, dataset in self._snapshot():
            if name in self._configs:
                entries[name] = self._configs[name]
            elif not is_in_memory(dataset):
                entries[name] = config_of(name, dataset)
        entries.update(self._resolver.patterns)
        catalog, credentials = split_credentials(entries, self._resolver.credentials)
        return catalog, credentials, dict(self._load_versions), self._save_version

    @property
    def config_resolver(self) -> CatalogConfigResolver:
        return self._resolver

    def get(
        self, key: str, fallback_to_runtime_pattern: bool = False, version: Version | None = None
    ) -> Any | None:
        """The dataset, built if need be; None when neither an entry nor a pattern fits.

        Args:
            key: Its name.
            fallback_to_runtime_pattern: Make one (in memory, by default) instead of returning None.
            version: Have it load and save these versions, in a copy that the catalog does not keep.
        """
        dataset = self._entries.get(key)
        if dataset is None:
            if fallback_to_runtime_pattern and self._resolver.only_memory:
                # setdefault is atomic: threads that ask for the same name get the same dataset
                dataset = self._entries.setdefault(key, MemoryDataset())
                self._undeclared.add(key)
            else:
                dataset = self._materialize(key, fallback_to_runtime_pattern)
        elif dataset.__class__ is Lazy:
            dataset = self._materialize(key, fallback_to_runtime_pattern)
        if version is None or dataset is None:
            return dataset
        return with_version(key, dataset, version)

    @property
    def built(self) -> Callable[[str], Any]:
        """A quick look-up for names whose datasets are built already, as those of a run are."""
        return self._entries.__getitem__

    def rebuild(self) -> None:
        """Have all stored datasets of entries built again when next used, except those that a run uses."""
        with self._lock:
            for name in tuple(self._stored):
                self._build_again(name)

    def _build_again(self, name: str) -> None:
        if name in self._stored and not is_used(self._entries[name]):
            self._entries[name] = self._stored.pop(name)

    def declare(self, name: str) -> None:
        """Have a dataset of the name, with a place for data in memory. What stores data outside can be built later."""
        held = self._entries.get(name)
        if not (held.__class__ is Lazy and held.stored):
            self.get(name, fallback_to_runtime_pattern=True)

    def _materialize(self, name: str, use_runtime_patterns: bool) -> Any | None:
        with self._lock:
            found = self._entries.get(name)  # another thread may have been first
            if found is not None and found.__class__ is not Lazy:
                return found
            if found is None and self._resolver.match_user_pattern(name):
                found = Lazy(self._resolver.resolve_entry(name))
                self._configs[name] = found.entry
            if found is not None:
                entry = found.entry
            elif not use_runtime_patterns:
                return None
            else:
                self._undeclared.add(name)
                if self._resolver.memory_by_default:
                    return self._entries.setdefault(name, MemoryDataset())
                entry = self._resolver.resolve_entry(name)
            dataset = self._entries[name] = self._build(name, entry)
            if found is not None:
                found.stored = bool(entry.get("versioned")) or in_files(dataset) or has_place(dataset)
                if found.stored:
                    self._stored[name] = found
            return dataset

    def _build(self, name: str, entry: dict[str, Any]) -> Any:
        config = fill_credentials(name, entry, self._resolver.credentials)
        if config.get("versioned") and self._save_version is None:
            self._save_version = generate_timestamp()
        dataset = build_dataset(name, config, self._load_versions.get(name), self._save_version)
        forget_listings(dataset)
        return dataset

    def fresh(self, name: str) -> Any:
        """The dataset without what it remembers of files. The catalog keeps the one that it has.

        Raises:
            DatasetNotFoundError: neither an entry nor a pattern fits.
        """
        before = self._entries.get(name)
        dataset = self[name]
        if dataset is not before or self._of_run:
            return dataset
        stored = name in self._stored
        if not (stored and hasattr(dataset, "confirm")):  # what is to be confirmed is what was read
            forget_files(dataset)  # a class may keep for all its objects what it knows of files
        return self._build(name, self._configs[name]) if stored else dataset

    def refresh(self, names: Iterable[str]) -> None:
        """Have datasets forget what they remember of files, except those that a run uses.

        Those that were built from entries are built again when next used. Objects stay and are released if their
        data is in files.
        """
        with self._lock:
            for name in tuple(names):
                dataset = self._entries.get(name)
                if dataset.__class__ is not Lazy:
                    forget_files(dataset)
                    self._build_again(name)

    def __getitem__(self, ds_name: str) -> Any:
        dataset = self.get(ds_name)
        if dataset is None:
            raise self._not_found(ds_name)
        return dataset

    def _not_found(self, name: str) -> DatasetNotFoundError:
        return DatasetNotFoundError(
            f"Dataset '{name}' not found in the catalog{did_you_mean(str(name), self.keys())}"
        )

    def __setitem__(self, key: str, value: Any) -> None:
        if not isinstance(key, str):
            raise DatasetError(f"Dataset names are text, and {key!r} is a '{type(key).__name__}'.")
        if is_dataset(value):
            dataset = value
            remember_dataset(dataset)
        else:
            dataset = MemoryDataset(value)
        with self._lock:
            self._adopt_versions(key, dataset)
            if key in self._entries:
                logger.warning("Replacing dataset '%s'", key)
                self._configs.pop(key, None)
            self._entries[key] = dataset
            self._stored.pop(key, None)
            self._undeclared.discard(key)

    def __delitem__(self, key: str) -> None:
        """Take a dataset out; what it has stored stays where it is."""
        with self._lock:
            if key not in self._entries:
                raise self._not_found(key)
            del self._entries[key]
            self._configs.pop(key, None)
            self._stored.pop(key, None)
            self._undeclared.discard(key)

    def __contains__(self, dataset_name: object) -> bool:
        return dataset_name in self._entries or (
            isinstance(dataset_name, str) and self._resolver.match_user_pattern(dataset_name) is not None
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self._entries)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DataCatalog):
            return NotImplemented
        return (
            self._comparable() == other._comparable()
            and self._resolver.list_patterns() == other._resolver.list_patterns()
        )

    __hash__ = None  # type: ignore[assignment]

    def _comparable(self) -> dict[str, Any]:
        return {name: self._configs.get(name, dataset) for name, dataset in self._snapshot()}

    def keys(self) -> list[str]:
        return list(self._entries)

    def values(self) -> list[Any]:
        return [self[name] for name in self]

    def items(self) -> list[tuple[str, Any]]:
        return [(name, self[name]) for name in self]

    def _snapshot(self) -> list[tuple[str, Any]]:
        return list(self._entries.items())

    def _ipython_key_completions_(self) -> list[str]:
        return self.keys()

    def __repr__(self) -> str:
        return "\n".join(f"{name!r}: {shown(dataset)}" for name, dataset in self._snapshot())

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = threading.RLock()

    def get_type(self, ds_name: str) -> str | None:
        """The dotted name of the dataset's class, found without building the dataset; None for unknown names."""
        dataset = self._entries.get(ds_name)
        if dataset is None and self._resolver.match_user_pattern(ds_name):
            dataset = Lazy(self._resolver.resolve_entry(ds_name))
        return None if dataset is None else type_of(dataset)

    def filter(
        self,
        name_regex: re.Pattern[str] | str | None = None,
        type_regex: re.Pattern[str] | str | None = None,
        by_type: type | list[type] | None = None,
    ) -> list[str]:
        """The names that fit all the conditions given."""
        fits = condition(name_regex, type_regex, by_type)
        return [name for name, dataset in self._snapshot() if fits(name, dataset)]

    def load(self, ds_name: str, version: str | None = None) -> Any:
        dataset = self[ds_name]
        if version is not None:
            dataset = with_version(ds_name, dataset, Version(version, None))
        log_loading(ds_name, dataset)
        try:
            return dataset.load()
        except Exception as error:  # noqa: BLE001 - a dataset may raise anything; it is raised again by name
            raise entry_load_error(ds_name, dataset, error) from _first_cause(error)

    def save(self, ds_name: str, data: Any) -> None:
        dataset = self[ds_name]
        log_saving(ds_name, dataset)
        try:
            dataset.save(data)
        except Exception as error:  # noqa: BLE001 - the same
            raise entry_save_error(ds_name, dataset, error) from _first_cause(error)

    def add_entries(self, entries: Mapping[str, dict[str, Any]]) -> None:
        """Add or replace entries and patterns, as `from_config` takes them.

        Every dataset is built for that: when one entry is wrong, it is told here and the catalog is as it was.
        """
        from kedro_nb.io.types import resolve_type

        tried = type(self).from_config(entries, self._resolver.credentials)
        for entry in tried.config_resolver.patterns.values():
            if "{" not in str(entry["type"]):
                resolve_type(entry["type"])
        names = [name for name, _ in tried.items()]
        with self._lock:
            self._resolver = self._resolver.extended_by(entries)
            for name in names:
                entry = self._configs[name] = self._resolver.entries[name]
                self._entries[name] = Lazy(entry)
                self._stored.pop(name, None)
                self._undeclared.discard(name)
            self.use_versions(self._load_versions)

    def exists(self, ds_name: str) -> bool:
        """Whether the dataset holds data now; False for unknown names."""
        return ds_name in self and bool(self.fresh(ds_name).exists())

    def release(self, ds_name: str) -> None:
        """Drop what the dataset keeps in memory."""
        self[ds_name].release()

    def confirm(self, ds_name: str) -> None:
        """Tell a dataset that counts what was processed (an incremental one) that it has been."""
        dataset = self[ds_name]
        logger.info("Confirming dataset '%s'", ds_name)
        if not hasattr(dataset, "confirm"):
            raise DatasetError(f"Dataset '{ds_name}' does not have 'confirm' method")
        dataset.confirm()


def _first_cause(error: Exception) -> BaseException | None:
    # The new error says all that a DatasetError says: only what went wrong below it is worth showing.
    return cause_of(error) if is_a(error, DatasetError) else error
