"""Build, run, watch and mend data pipelines without leaving the notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kedro_nb.session import RunRequest, Session, session

    Panel: Any  # `kedro_nb.notebook.panel.Panel`: an import of it would be one against the layers

__all__ = ["Panel", "RunRequest", "Session", "session"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Importing the package costs nothing; what it offers is imported when it is asked for.
    if name in __all__:
        from importlib import import_module

        module = import_module("kedro_nb.notebook.panel" if name == "Panel" else "kedro_nb.session")
        return module if name == "session" else getattr(module, name)  # the module can be called
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


def load_ipython_extension(ipython: Any) -> None:
    """What `%load_ext kedro_nb` calls."""
    _extension().load_ipython_extension(ipython)


def unload_ipython_extension(ipython: Any) -> None:
    """What `%unload_ext kedro_nb` calls."""
    _extension().unload_ipython_extension(ipython)


def _extension() -> Any:
    from importlib import import_module

    return import_module("kedro_nb.notebook.extension")
