"""Datasets that keep every version they save: `<filepath>/<version>/<filename>`."""

from __future__ import annotations

import functools
import os
import threading
import warnings
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

from kedro_nb.errors import DatasetError, VersionNotFoundError
from kedro_nb.io.base import SAVING_NONE, AbstractDataset, describe, save_error
from kedro_nb.io.safe_paths import check_version, is_safe_version

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import PurePosixPath

_DI = TypeVar("_DI")
_DO = TypeVar("_DO")


class Version(NamedTuple):
    """Which version to load (None: the latest) and which to save (None: one named by the time of the save)."""

    load: str | None
    save: str | None


_last_timestamp = datetime.min.replace(tzinfo=UTC)
_timestamp_lock = threading.Lock()


def generate_timestamp() -> str:
    """A version named by the time, later than any made before in this process."""
    global _last_timestamp  # noqa: PLW0603 - two saves within a millisecond must not get the same name
    with _timestamp_lock:
        now = datetime.now(UTC)
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        _last_timestamp = now = max(now, _last_timestamp + timedelta(milliseconds=1))
    return now.strftime("%Y-%m-%dT%H.%M.%S.") + f"{now.microsecond // 1000:03d}Z"


class AbstractVersionedDataset(AbstractDataset[_DI, _DO]):
    """Base class of versioned datasets: `load` reads `self._get_load_path()`, `save` writes `self._get_save_path()`.

    Args:
        filepath: Where the data is; the directory of all versions when there is a version.
        version: What to load and save; None for a dataset without versions.
        exists_function: Tells whether a path exists, on the file system of the dataset; local when left out.
        glob_function: Lists the paths that fit a pattern, likewise.
    """

    def __init__(
        self,
        filepath: PurePosixPath,
        version: Version | None,
        exists_function: Callable[[str], bool] | None = None,
        glob_function: Callable[[str], list[str]] | None = None,
    ) -> None:
        self._filepath = filepath
        self._version = version
        self._exists_function = exists_function or _exists_locally
        self._glob_function = glob_function or _glob_locally
        # What "the latest" turned out to be: a load after a save in the same run reads what was saved.
        self._resolved: dict[str, str] = {}

    def resolve_load_version(self) -> str | None:
        if not self._version:
            return None
        if self._version.load is not None:
            return self._version.load
        if "load" not in self._resolved:
            versions = self.list_versions(full_path=False)
            if not versions:
                raise VersionNotFoundError(f"Did not find any versions for {describe(self)}")
            self._resolved["load"] = versions[0]
        return self._resolved["load"]

    def resolve_save_version(self) -> str | None:
        if not self._version:
            return None
        if self._version.save is not None:
            return self._version.save
        return self._resolved.setdefault("save", generate_timestamp())

    def list_versions(self, full_path: bool = True) -> list[str]:
        """Every stored version, the latest first: as paths of files, or as names."""
        if not self._version:
            return []
        from glob import escape  # a folder may well be called "data [old]"

        pattern = f"{escape(str(self._filepath))}/*/{escape(self._filepath.name)}"
        found = [path for path in self._glob_function(pattern) if is_safe_version(_version_in(path))]
        found = [path for path in found if self._exists_function(path)]
        found.sort(key=_version_in, reverse=True)
        return found if full_path else [_version_in(path) for path in found]

    def exists(self) -> bool:
        try:
            return super().exists()
        except VersionNotFoundError:
            return False

    def _get_load_path(self) -> PurePosixPath:
        version = self.resolve_load_version()
        return self._filepath if version is None else self._get_versioned_path(version)

    def _get_save_path(self) -> PurePosixPath:
        version = self.resolve_save_version()
        if version is None:
            return self._filepath
        path = self._get_versioned_path(version)
        if self._exists_function(str(path)):
            raise DatasetError(
                f"Save path '{path}' for {describe(self)} must not exist if versioning is enabled."
            )
        return path

    def _get_versioned_path(self, version: str) -> PurePosixPath:
        check_version(version)
        return self._filepath / version / self._filepath.name

    def _release(self) -> None:
        self._resolved.clear()

    def _copy(self, **overwrite_params: Any) -> Self:
        return super()._copy(**{"_resolved": {}, **overwrite_params})

    @classmethod
    def _wrap_save(cls, save: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        @functools.wraps(save)
        def versioned_save(self: AbstractVersionedDataset[Any, Any], data: Any) -> None:
            if data is None:
                raise DatasetError(SAVING_NONE)
            self._resolved.clear()
            try:
                save(self, data)
            except DatasetError:
                raise
            except (FileNotFoundError, NotADirectoryError, FileExistsError) as error:
                if not self._version:
                    raise save_error(self, error) from error
                raise self._unversioned_file_error(error) from error
            except Exception as error:
                raise save_error(self, error) from error
            if self._version:
                self._check_versions_agree()

        return versioned_save

    def _unversioned_file_error(self, error: Exception) -> DatasetError:
        if not self._exists_function(str(self._filepath)):
            return save_error(self, error)
        name = self._filepath.name
        return DatasetError(
            f"Cannot save versioned dataset '{name}' to '{self._filepath.parent.as_posix()}' because a file with "
            f"the same name already exists in the directory: it was saved before versioning was enabled. Remove "
            f"the file, or move it to '{name}/YYYY-MM-DDThh.mm.ss.sssZ/{name}' to make it a version."
        )

    def _check_versions_agree(self) -> None:
        saved, loaded = self.resolve_save_version(), self.resolve_load_version()
        if saved != loaded:
            warnings.warn(
                f"Save version '{saved}' did not match load version '{loaded}' for {describe(self)}: "
                "the next load does not read what was just saved.",
                stacklevel=3,
            )


def _version_in(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 2)[-2]


def _exists_locally(path: str) -> bool:
    return os.path.exists(path)  # noqa: PTH110 - paths are text here, as for fsspec


def _glob_locally(pattern: str) -> list[str]:
    import glob

    return glob.glob(pattern)  # noqa: PTH207 - the same


def _after_fork() -> None:
    global _timestamp_lock  # noqa: PLW0603 - a thread that is not here may have held it
    _timestamp_lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
