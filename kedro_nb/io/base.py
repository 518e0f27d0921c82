"""What a dataset is: the protocol that the engine relies on, and the base class that users derive from."""

from __future__ import annotations

import copy
import functools
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from kedro_nb.errors import DatasetError
from kedro_nb.exceptions import is_a, traceback_of
from kedro_nb.masking import error_text, get_logger, mask_text, mask_value

if TYPE_CHECKING:
    from collections.abc import Callable

_DI = TypeVar("_DI")
_DO = TypeVar("_DO")

_PROTOCOL = ("load", "save", "exists", "release", "_describe")
_OUR_PACKAGE = "kedro_nb.io"
SAVING_NONE = "Saving 'None' to a 'Dataset' is not allowed"

logger = get_logger(__name__)


def is_dataset(obj: object) -> bool:
    """Whether `obj` can load and save data, whatever it inherits from."""
    return isinstance(obj, AbstractDataset) or is_dataset_class(type(obj))


def is_dataset_class(cls: object) -> bool:
    # Asked of the class: objects that answer to any attribute (dask's Delayed, say) are data, not datasets.
    return isinstance(cls, type) and all(callable(getattr(cls, name, None)) for name in _PROTOCOL)


def type_name(cls: type) -> str:
    """The dotted name by which a catalog entry can ask for the class."""
    module = cls.__module__
    if module.startswith(f"{_OUR_PACKAGE}."):
        module = _OUR_PACKAGE
    return f"{module}.{cls.__qualname__}"


def describe(dataset: object) -> str:
    """`repr(dataset)` for messages: a dataset that cannot describe itself must not hide the first error."""
    try:
        return mask_text(repr(dataset))
    except BaseException:  # noqa: BLE001 - a user's __repr__ may raise anything
        return f"{type_name(type(dataset))}(...)"


class AbstractDataset(ABC, Generic[_DI, _DO]):
    """Base class of datasets: define `load` and `save`, and `_describe`, `_exists`, `_release` where they help.

    Whatever `load` and `save` raise reaches the caller as a DatasetError that names the dataset. `_load` and
    `_save` are the older spelling of the same two methods.
    """

    _EPHEMERAL = False  # lives in memory only
    _SINGLE_PROCESS = False  # cannot cross to another process
    metadata: Any = None

    def __init_subclass__(cls, *, wrap: bool = True, **kwargs: Any) -> None:
        """Let errors of the subclass's own methods name the dataset; `wrap=False` is for classes that do so."""
        super().__init_subclass__(**kwargs)
        if not wrap:
            return
        if "__init__" in cls.__dict__:
            cls.__init__ = _remembering(cls.__init__)  # type: ignore[method-assign]
        for name, wrapper in (("load", cls._wrap_load), ("save", cls._wrap_save)):
            own = cls.__dict__.get(name) or cls.__dict__.get(f"_{name}")
            if own is not None and not hasattr(own, "_names_the_dataset"):
                wrapped: Any = wrapper(own)
                wrapped._names_the_dataset = True  # noqa: SLF001 - our own mark
                setattr(cls, name, wrapped)

    @abstractmethod
    def load(self) -> _DO: ...

    @abstractmethod
    def save(self, data: _DI) -> None: ...

    def exists(self) -> bool:
        try:
            return self._exists()
        except DatasetError:
            raise
        except Exception as error:
            raise DatasetError(
                f"Failed during exists check for dataset {describe(self)}.\n{error_text(error)}"
            ) from error

    def release(self) -> None:
        try:
            self._release()
        except DatasetError:
            raise
        except Exception as error:
            raise DatasetError(
                f"Failed during release for dataset {describe(self)}.\n{error_text(error)}"
            ) from error

    @classmethod
    def from_config(
        cls,
        name: str,
        config: dict[str, Any],
        load_version: str | None = None,
        save_version: str | None = None,
    ) -> AbstractDataset[Any, Any]:
        """Build the dataset that a catalog entry asks for."""
        from kedro_nb.io.config import build_dataset

        dataset: AbstractDataset[Any, Any] = build_dataset(name, config, load_version, save_version)
        return dataset

    def _describe(self) -> dict[str, Any]:
        return {}

    def _exists(self) -> bool:
        logger.warning(
            "'exists()' not implemented for '%s'. Assuming output does not exist.", type(self).__name__
        )
        return False

    def _release(self) -> None:
        """Drop what is cached; most datasets cache nothing."""

    def _copy(self, **overwrite_params: Any) -> Self:
        clone = copy.copy(self)
        for name, value in overwrite_params.items():
            setattr(clone, name, value)
        return clone

    def _init_config(self) -> dict[str, Any]:
        """The catalog entry that builds this dataset: its type and the arguments it was made with."""
        import inspect

        args, kwargs = self.__dict__.get("_init_args", ((), {}))
        bound = inspect.signature(type(self)).bind(*args, **kwargs)
        config = {"type": type_name(type(self))}
        for name, value in bound.arguments.items():
            kind = bound.signature.parameters[name].kind
            config.update(value if kind is inspect.Parameter.VAR_KEYWORD else {name: value})
        return config

    def __repr__(self) -> str:
        described = mask_value(self._describe())
        shown = (f"{key}={value!r}" for key, value in described.items() if value is not None)
        return mask_text(f"{type_name(type(self))}({', '.join(shown)})")

    @classmethod
    def _wrap_load(cls, load: Callable[[Any], Any]) -> Callable[[Any], Any]:
        @functools.wraps(load)
        def named_load(self: AbstractDataset[Any, Any]) -> Any:
            try:
                return load(self)
            except DatasetError:
                raise
            except Exception as error:
                raise load_error(self, error) from error

        return named_load

    @classmethod
    def _wrap_save(cls, save: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        @functools.wraps(save)
        def named_save(self: AbstractDataset[Any, Any], data: Any) -> None:
            if data is None:
                raise DatasetError(SAVING_NONE)
            try:
                save(self, data)
            except DatasetError:
                raise
            except Exception as error:
                raise save_error(self, error) from error

        return named_save


def load_error(dataset: object, error: Exception) -> DatasetError:
    return DatasetError(f"Failed while loading data from dataset {describe(dataset)}.\n{error_text(error)}")


def save_error(dataset: object, error: Exception) -> DatasetError:
    return DatasetError(f"Failed while saving data to dataset {describe(dataset)}.\n{error_text(error)}")


def entry_load_error(name: str, dataset: object, error: Exception) -> DatasetError:
    """What a failed load becomes for the user of a catalog: a DatasetError that begins with the entry's name."""
    return _entry_error(name, error, load_error(dataset, error))


def entry_save_error(name: str, dataset: object, error: Exception) -> DatasetError:
    return _entry_error(name, error, save_error(dataset, error))


def _entry_error(name: str, error: Exception, otherwise: DatasetError) -> DatasetError:
    if is_a(error, DatasetError):
        kind = type(error) if type(error).__module__ == DatasetError.__module__ else DatasetError
        return kind(f"{name}: {error_text(error)}").with_traceback(traceback_of(error))
    # Datasets of Kedro's own family name themselves in a DatasetError that is not ours.
    says_it_all = any(base.__name__ == "DatasetError" for base in type(error).__mro__)
    return DatasetError(f"{name}: {error_text(error) if says_it_all else otherwise}")


def _remembering(init: Callable[..., None]) -> Callable[..., None]:
    """An `__init__` that keeps its arguments, so that the dataset can be written as a catalog entry."""

    @functools.wraps(init)
    def remembering_init(self: Any, *args: Any, **kwargs: Any) -> None:
        self.__dict__.setdefault("_init_args", (args, kwargs))  # those of the outermost class come first
        init(self, *args, **kwargs)

    return remembering_init
