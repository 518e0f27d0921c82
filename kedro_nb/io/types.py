"""What the `type` of a catalog entry stands for."""

from __future__ import annotations

import functools
from importlib import import_module
from typing import Any

from kedro_nb.errors import DatasetError, did_you_mean
from kedro_nb.io.base import is_dataset_class, type_name
from kedro_nb.io.legacy import newer_name, warn_once

_OUR_PREFIXES = ("kedro_nb.io.", "kedro.io.")


def resolve_type(wanted: object) -> type:
    """The class that `type: ...` asks for: ours, one of kedro-datasets, or any dotted name."""
    if isinstance(wanted, type):
        return _checked(wanted, type_name(wanted))
    if not isinstance(wanted, str) or not wanted.strip():
        raise DatasetError(
            f"'type' is the name of a dataset class, as in 'pandas.CSVDataset', and not {wanted!r}."
        )
    if wanted.startswith(".") or wanted.endswith("."):
        raise DatasetError(
            f"'type' class path does not support relative paths or paths ending with a dot: {wanted!r}."
        )
    wanted = _in_newer_spelling(wanted)
    module, _, name = wanted.rpartition(".")
    if not module or wanted.startswith(_OUR_PREFIXES):
        return _ours(wanted, name)
    return _checked(_theirs(wanted, module, name), wanted)


def _in_newer_spelling(wanted: str) -> str:
    module, dot, name = wanted.rpartition(".")
    newer = newer_name(name)
    if newer is None:
        return wanted
    warn_once(wanted, f"{module}{dot}{newer}")
    return f"{module}{dot}{newer}"


@functools.cache
def _our_types() -> dict[str, type]:
    package = import_module("kedro_nb.io")
    known = {name: getattr(package, name) for name in package.__all__ if not name.startswith("Abstract")}
    return {name: cls for name, cls in known.items() if is_dataset_class(cls)}


def _ours(wanted: str, name: str) -> type:
    known = _our_types()
    if name in known:
        return known[name]
    raise DatasetError(
        f"No dataset type '{wanted}'{did_you_mean(name, known)}.\nTypes that need no package: {', '.join(known)}. "
        "Types of kedro-datasets are written with their package, as in 'pandas.CSVDataset', and a class of this "
        "notebook as '__main__.MyDataset'."
    )


def _theirs(wanted: str, module: str, name: str) -> Any:
    """Look in kedro-datasets first, then take the dotted name as it is written."""
    problem = ""
    for path in (f"kedro_datasets.{module}", module):
        try:
            found = import_module(path)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{path}.".startswith(f"{error.name}."):
                raise DatasetError(_what_to_install(wanted, module, name, error)) from error
            continue  # the module itself is not there
        except ImportError as error:
            raise DatasetError(_what_to_install(wanted, module, name, error)) from error
        try:
            return getattr(found, name)
        except ImportError as error:  # kedro-datasets imports a class when it is first asked for
            raise DatasetError(_what_to_install(wanted, module, name, error)) from error
        except AttributeError:
            problem = problem or f"Dataset '{name}' not found in '{path}'{did_you_mean(name, dir(found))}."
    packages = _packages_of_kedro_datasets()
    if packages is None:
        reason = problem or f"No module named '{module}', and kedro-datasets is not installed"
        raise DatasetError(_what_to_install(wanted, module, name, ImportError(reason)))
    hint = did_you_mean(module, packages)
    raise DatasetError(
        problem or f"No module named '{module}', neither in kedro-datasets nor elsewhere{hint}."
    )


def _packages_of_kedro_datasets() -> list[str] | None:
    import pkgutil

    try:
        package = import_module("kedro_datasets")
    except ImportError:
        return None
    return [module.name for module in pkgutil.iter_modules(package.__path__)]


def _what_to_install(wanted: str, module: str, name: str, error: ImportError) -> str:
    extra = f"{module.removeprefix('kedro_datasets.')}-{name.lower()}"
    reason = str(error).rstrip(".")
    said = f"{reason} (for dataset type '{wanted}').\nTo install: pip install \"kedro-datasets[{extra}]\""
    # Some extras bring nothing: Spark's leave the choice of a Spark to the user.
    return f"{said}, and {error.name} if that does not bring it." if error.name else said


def _checked(cls: Any, wanted: str) -> type:
    if not is_dataset_class(cls):
        raise DatasetError(
            f"Dataset type '{wanted}' is invalid: all dataset types must extend 'AbstractDataset', "
            "or have load, save, exists, release and _describe."
        )
    found: type = cls
    return found
