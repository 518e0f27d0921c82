"""LambdaDataset: a dataset made of two functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_nb.errors import DatasetError
from kedro_nb.io.base import AbstractDataset

if TYPE_CHECKING:
    from collections.abc import Callable


class LambdaDataset(AbstractDataset[Any, Any]):
    """Loads and saves with the functions it is given.

    Args:
        load: Called with nothing, returns the data.
        save: Called with the data.
        exists: Called with nothing, says whether there is data.
        release: Called with nothing, drops what is cached.
        metadata: Anything; kept and not looked at.
    """

    def __init__(
        self,
        load: Callable[[], Any] | None,
        save: Callable[[Any], None] | None,
        exists: Callable[[], bool] | None = None,
        release: Callable[[], None] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        functions = {"load": load, "save": save, "exists": exists, "release": release}
        for name, function in functions.items():
            if function is not None and not callable(function):
                raise DatasetError(
                    f"'{name}' function for LambdaDataset must be a Callable. "
                    f"Object of type '{type(function).__name__}' provided instead."
                )
        self.__load = load
        self.__save = save
        self.__exists = exists
        self.__release = release
        self.metadata = metadata

    def load(self) -> Any:
        if self.__load is None:
            raise DatasetError(self._missing("load", "Cannot load data."))
        return self.__load()

    def save(self, data: Any) -> None:
        if self.__save is None:
            raise DatasetError(self._missing("save", "Cannot save to dataset."))
        self.__save(data)

    def _exists(self) -> bool:
        return super()._exists() if self.__exists is None else bool(self.__exists())

    def _release(self) -> None:
        if self.__release is not None:
            self.__release()

    def _describe(self) -> dict[str, Any]:
        functions = (
            ("load", self.__load),
            ("save", self.__save),
            ("exists", self.__exists),
            ("release", self.__release),
        )
        return {name: _function_name(function) for name, function in functions if function is not None}

    @staticmethod
    def _missing(name: str, consequence: str) -> str:
        return f"{consequence} No '{name}' function provided when LambdaDataset was created."


def _function_name(function: Callable[..., Any]) -> str:
    module = getattr(function, "__module__", None)
    name = getattr(function, "__qualname__", type(function).__name__)
    return f"<{module}.{name}>" if module else f"<{name}>"
