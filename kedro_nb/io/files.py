"""Datasets in files, here or wherever fsspec reaches: pickle, JSON, YAML, text, CSV, Parquet."""

from __future__ import annotations

from abc import abstractmethod
from importlib import import_module
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any, ClassVar, TypeVar

from kedro_nb.errors import DatasetError, did_you_mean
from kedro_nb.io.paths import HTTP_PROTOCOLS, LOCAL_PROTOCOLS, get_filepath_str, get_protocol_and_path
from kedro_nb.io.versioned import AbstractVersionedDataset, Version
from kedro_nb.masking import error_text, mask_text, remember_credentials, remember_parameters

if TYPE_CHECKING:
    import os
    from contextlib import AbstractContextManager

_DI = TypeVar("_DI")
_DO = TypeVar("_DO")

_BINARY = {"open_args_load": {"mode": "rb"}, "open_args_save": {"mode": "wb"}}
# The same bytes on every machine, whatever its locale.
_TEXT = {
    "open_args_load": {"mode": "r", "encoding": "utf-8"},
    "open_args_save": {"mode": "w", "encoding": "utf-8"},
}


class FileDataset(AbstractVersionedDataset[_DI, _DO]):
    """Base class of datasets in one file: a subclass defines `load`, with `self._open()`, and `_write(file, data)`.

    Args:
        filepath: A path or a URL that fsspec knows ("s3://bucket/x.csv").
        load_args: Options of the subclass's reading, laid over its defaults.
        save_args: Options of its writing, in the same way.
        version: Keep every version that is saved.
        credentials: Options of the file system that are secret.
        fs_args: The other options of the file system; `open_args_load` and `open_args_save` are for opening.
        metadata: Anything; kept and not looked at.
    """

    DEFAULT_LOAD_ARGS: ClassVar[dict[str, Any] | None] = None  # None: it takes no options
    DEFAULT_SAVE_ARGS: ClassVar[dict[str, Any] | None] = None
    DEFAULT_FS_ARGS: ClassVar[dict[str, Any]] = _BINARY

    def __init__(
        self,
        *,
        filepath: str | os.PathLike[str],
        load_args: dict[str, Any] | None = None,
        save_args: dict[str, Any] | None = None,
        version: Version | None = None,
        credentials: dict[str, Any] | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        for name, given in (("credentials", credentials), ("fs_args", fs_args)):
            if given is not None and not isinstance(given, dict):
                raise DatasetError(f"'{name}' is a mapping of options, and not a '{type(given).__name__}'.")
        if credentials:
            remember_credentials({"": credentials})
        remember_parameters({"filepath": str(filepath), "fs_args": fs_args, "load_args": load_args})
        options = dict(fs_args or {})
        self._open_args_load = {**self.DEFAULT_FS_ARGS["open_args_load"], **options.pop("open_args_load", {})}
        self._open_args_save = {**self.DEFAULT_FS_ARGS["open_args_save"], **options.pop("open_args_save", {})}
        self._protocol, path = get_protocol_and_path(filepath, version)
        self._storage_options = {**(credentials or {}), **options}
        self._fs = _file_system(self._protocol, self._storage_options, str(filepath))
        self._load_args = self._arguments("load_args", self.DEFAULT_LOAD_ARGS, load_args)
        self._save_args = self._arguments("save_args", self.DEFAULT_SAVE_ARGS, save_args)
        self.metadata = metadata
        super().__init__(
            filepath=PurePosixPath(path),
            version=version,
            exists_function=self._fs.exists,
            glob_function=self._fs.glob,
        )

    def _arguments(
        self, name: str, defaults: dict[str, Any] | None, given: dict[str, Any] | None
    ) -> dict[str, Any]:
        if given and defaults is None:
            raise DatasetError(f"{type(self).__name__} takes no '{name}'.")
        return {**(defaults or {}), **(given or {})}

    def save(self, data: _DI) -> None:
        path = get_filepath_str(self._get_save_path(), self._protocol)
        with self._replacing(path) as file:
            self._write(file, data)
        self._fs.invalidate_cache(path)

    @abstractmethod
    def _write(self, file: IO[Any], data: _DI) -> None: ...

    def _open(self) -> AbstractContextManager[IO[Any]]:
        file: AbstractContextManager[IO[Any]] = self._fs.open(self._load_path(), **self._open_args_load)
        return file

    def _load_path(self) -> str:
        return get_filepath_str(self._get_load_path(), self._protocol)

    def _replacing(self, path: str) -> AbstractContextManager[IO[Any]]:
        from kedro_nb.io.replacing import replacing_local, replacing_remote

        if self._protocol not in LOCAL_PROTOCOLS:
            return replacing_remote(self._fs, path, self._open_args_save)
        # Each version has a folder of its own: the next save would not find there what a killed one has left.
        folder = get_filepath_str(self._filepath, self._protocol) if self._version else None
        return replacing_local(self._fs, path, self._open_args_save, folder)

    def _exists(self) -> bool:
        return bool(self._fs.exists(self._load_path()))

    def _release(self) -> None:
        super()._release()
        self._fs.invalidate_cache(get_filepath_str(self._filepath, self._protocol))

    def _describe(self) -> dict[str, Any]:
        return {
            "filepath": str(self._filepath),
            "protocol": None if self._protocol in LOCAL_PROTOCOLS else self._protocol,
            "load_args": self._load_args or None,
            "save_args": self._save_args or None,
            "version": self._version,
        }


class PickleDataset(FileDataset[Any, Any]):
    """Any object that can be pickled; `backend` is another module with `load` and `dump` ("joblib")."""

    DEFAULT_LOAD_ARGS: ClassVar[dict[str, Any]] = {}
    DEFAULT_SAVE_ARGS: ClassVar[dict[str, Any]] = {}

    def __init__(
        self,
        *,
        filepath: str | os.PathLike[str],
        backend: str = "pickle",
        load_args: dict[str, Any] | None = None,
        save_args: dict[str, Any] | None = None,
        version: Version | None = None,
        credentials: dict[str, Any] | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        try:
            module = import_module(backend)
        except ImportError as error:
            raise DatasetError(
                f"Selected backend '{backend}' could not be imported: {error}. Is it installed?"
            ) from error
        if not (hasattr(module, "load") and hasattr(module, "dump")):
            raise DatasetError(f"Selected backend '{backend}' has no 'load' and 'dump', as pickle has.")
        super().__init__(
            filepath=filepath,
            load_args=load_args,
            save_args=save_args,
            version=version,
            credentials=credentials,
            fs_args=fs_args,
            metadata=metadata,
        )
        self._backend = backend

    def load(self) -> Any:
        with self._open() as file:
            return import_module(self._backend).load(file, **self._load_args)

    def _write(self, file: IO[Any], data: Any) -> None:
        import_module(self._backend).dump(data, file, **self._save_args)

    def _describe(self) -> dict[str, Any]:
        return {**super()._describe(), "backend": None if self._backend == "pickle" else self._backend}


class TextDataset(FileDataset[str, str]):
    """A text, in UTF-8."""

    DEFAULT_FS_ARGS: ClassVar[dict[str, Any]] = _TEXT

    def load(self) -> str:
        with self._open() as file:
            return str(file.read())

    def _write(self, file: IO[Any], data: str) -> None:
        file.write(data)


class JSONDataset(FileDataset[Any, Any]):
    """What JSON can hold; `save_args` are those of `json.dump`."""

    DEFAULT_FS_ARGS: ClassVar[dict[str, Any]] = _TEXT
    DEFAULT_SAVE_ARGS: ClassVar[dict[str, Any]] = {"indent": 2}

    def load(self) -> Any:
        import json

        with self._open() as file:
            return json.load(file)

    def _write(self, file: IO[Any], data: Any) -> None:
        import json

        json.dump(data, file, **self._save_args)


class YAMLDataset(FileDataset[Any, Any]):
    """What plain YAML can hold; `save_args` are those of `yaml.dump`."""

    DEFAULT_FS_ARGS: ClassVar[dict[str, Any]] = _TEXT
    DEFAULT_SAVE_ARGS: ClassVar[dict[str, Any]] = {"default_flow_style": False}

    def load(self) -> Any:
        import yaml

        with self._open() as file:
            return yaml.safe_load(file)

    def _write(self, file: IO[Any], data: Any) -> None:
        import yaml

        # The safe dumper refuses what the safe loader could not read back.
        yaml.dump(data, file, **{"Dumper": yaml.SafeDumper, **self._save_args})


class _PandasDataset(FileDataset[Any, Any]):
    DEFAULT_LOAD_ARGS: ClassVar[dict[str, Any]] = {}
    DEFAULT_SAVE_ARGS: ClassVar[dict[str, Any]] = {}
    _INSTALL = 'pip install "kedro-nb[pandas]"'

    def _pandas(self) -> Any:
        try:
            return import_module("pandas")
        except ImportError as error:
            raise self._not_installed(error) from error

    def _not_installed(self, error: ImportError) -> DatasetError:
        return DatasetError(
            f"{type(self).__name__} cannot do without a package: {error}\nTo install it: {self._INSTALL}"
        )

    def _source(self) -> dict[str, Any]:
        """Where pandas reads from. By path and not by an open file: it infers compression and reads in chunks."""
        path = self._load_path()
        if self._protocol in LOCAL_PROTOCOLS:
            return {"filepath_or_buffer": self._fs._strip_protocol(path)}  # noqa: SLF001 - reads "~" and "file://"
        url = path if self._protocol in HTTP_PROTOCOLS else f"{self._protocol}://{path}"
        return {"filepath_or_buffer": url, "storage_options": self._storage_options or None}

    def _refuse_other_than_frames(self, data: Any, method: str) -> None:
        if not hasattr(data, method):
            raise DatasetError(
                f"{type(self).__name__} saves pandas DataFrames, and was given a '{type(data).__name__}' "
                f"to save in '{self._filepath}'."
            )


class CSVDataset(_PandasDataset):
    """A pandas DataFrame as CSV; the arguments are those of `pandas.read_csv` and `DataFrame.to_csv`."""

    DEFAULT_SAVE_ARGS: ClassVar[dict[str, Any]] = {"index": False}

    def load(self) -> Any:
        return self._pandas().read_csv(**self._source(), **self._load_args)

    def _write(self, file: IO[Any], data: Any) -> None:
        self._refuse_other_than_frames(data, "to_csv")
        options: dict[str, Any] = {}
        if "b" in self._open_args_save["mode"]:
            from fsspec.utils import infer_compression

            options = {"mode": "wb", "compression": infer_compression(self._filepath.name)}
        data.to_csv(file, **{**options, **self._save_args})


class ParquetDataset(_PandasDataset):
    """A pandas DataFrame as Parquet; the arguments are those of `pandas.read_parquet` and `DataFrame.to_parquet`."""

    _INSTALL = 'pip install "kedro-nb[parquet]"'

    def load(self) -> Any:
        source = self._source()
        try:
            return self._pandas().read_parquet(source.pop("filepath_or_buffer"), **source, **self._load_args)
        except ImportError as error:  # pandas without pyarrow
            raise self._not_installed(error) from error

    def _write(self, file: IO[Any], data: Any) -> None:
        self._refuse_other_than_frames(data, "to_parquet")
        if "partition_cols" in self._save_args:
            raise DatasetError(
                "ParquetDataset does not support save argument 'partition_cols': it writes one file."
            )
        try:
            data.to_parquet(file, **self._save_args)
        except ImportError as error:
            raise self._not_installed(error) from error


def _file_system(protocol: str, options: dict[str, Any], filepath: str) -> Any:
    import fsspec

    try:
        return fsspec.filesystem(protocol, **options)
    except ValueError as error:
        hint = did_you_mean(protocol, fsspec.available_protocols())
        raise DatasetError(f"Cannot open '{mask_text(filepath)}': {error_text(error)}{hint}") from error
    except ImportError as error:
        raise DatasetError(
            f"Cannot open '{mask_text(filepath)}': {error_text(error)} (a Python package)"
        ) from error
