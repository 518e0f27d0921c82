"""From a catalog entry to a dataset: its type, its arguments, its credentials."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import CredentialsNotFoundError, DatasetError, closest, did_you_mean
from kedro_nb.io.base import is_dataset_class, type_name
from kedro_nb.io.safe_paths import check_version
from kedro_nb.masking import MASK, error_text, get_logger, mask_text, mask_value, remember_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

logger = get_logger(__name__)

VERSIONED = "versioned"
# A reference to credentials. Anything else may be the secret itself, in the wrong place.
_NAME = re.compile(r"[a-z]+|[a-z]+[0-9]*(?:[_-][a-z0-9]+)+")
_UNDERSCORE_HINT = (
    "Hint: If this catalog entry is intended for variable interpolation, "
    "make sure that the {key} is preceded by an underscore."
)


def check_entry(name: object, entry: object) -> None:
    """Refuse what cannot be a catalog entry, before anything is built from it."""
    if not isinstance(name, str):
        raise DatasetError(f"Dataset names are text, and {name!r} is a '{type(name).__name__}'.")
    if not isinstance(entry, dict):
        raise DatasetError(
            f"Catalog entry '{name}' is not a valid dataset configuration: expected a mapping with a 'type', "
            f"found {mask_text(repr(mask_value(entry)))}.\n{_UNDERSCORE_HINT.format(key='key')}"
        )
    if "type" not in entry:
        near = [key for key in closest("type", map(str, entry), count=1) if key != "type"]
        raise _parse_error(
            name,
            "'type' is missing from dataset catalog configuration."
            + (f" Is '{near[0]}' meant to be 'type'?" if near else "")
            + f"\n{_UNDERSCORE_HINT.format(key='top level key')}",
        )


def check_credentials(credentials: Any) -> None:
    """Refuse credentials that are not a mapping of names to credentials. What they hold is not shown.

    Raises:
        DatasetError: they are something else.
    """
    if credentials is not None and not hasattr(credentials, "items"):
        raise DatasetError(
            f"Credentials are a mapping of names to credentials, and not a '{type(credentials).__name__}'."
        )


def fill_credentials(
    name: str, entry: dict[str, Any], credentials: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    """The entry with the named credentials in place of their name, nested entries included."""

    def fill(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {key: find(item) if key == "credentials" else fill(item) for key, item in value.items()}

    def find(wanted: Any) -> Any:
        if not isinstance(wanted, str):
            return wanted
        if wanted not in credentials:
            near = did_you_mean(wanted, credentials)
            shown = wanted if near or _NAME.fullmatch(wanted) else MASK
            raise CredentialsNotFoundError(
                f"Unable to find credentials '{shown}': check your data catalog and credentials configuration "
                f"(dataset '{name}'){near or '.'}"
            )
        return credentials[wanted]

    filled: dict[str, Any] = fill(entry)
    return filled


def build_dataset(
    name: str, config: dict[str, Any], load_version: str | None = None, save_version: str | None = None
) -> Any:
    """Build the dataset `name` from its entry, credentials filled in. Errors name the entry."""
    from kedro_nb.io.types import resolve_type

    check_entry(name, config)
    remember_parameters(config)
    arguments = {key: value for key, value in config.items() if key not in ("type", VERSIONED)}
    try:
        cls = resolve_type(config["type"])
    except DatasetError as error:
        raise _parse_error(name, error_text(error)) from error.__cause__
    if "version" in arguments:
        logger.warning(
            "'version' is left out of the entry '%s': write 'versioned: true', and choose versions when you load.",
            name,
        )
        del arguments["version"]
    if config.get(VERSIONED):
        from kedro_nb.io.versioned import Version

        for version in (load_version, save_version):
            check_version(version, name)
        arguments["version"] = Version(load_version, save_version)
    return _construct(name, cls, arguments)


def config_of(name: str, dataset: Any) -> dict[str, Any]:
    """The catalog entry that describes a dataset which was given as an object."""
    if not hasattr(dataset, "_init_config"):
        raise DatasetError(
            f"Dataset '{name}' cannot be written as a catalog entry: '{type_name(type(dataset))}' "
            "does not tell the arguments it was made with."
        )
    config = {key: value for key, value in dataset._init_config().items() if value is not None}  # noqa: SLF001 - Kedro's protocol
    if config.pop("version", None) is not None:
        config[VERSIONED] = True
    return {key: _plain(name, value) for key, value in config.items()}


def _plain(name: str, value: Any) -> Any:
    """Arguments as a configuration file can hold them: a nested dataset as its entry, a path as text."""
    if is_dataset_class(type(value)):
        return config_of(name, value)
    if isinstance(value, dict):
        return {key: _plain(name, item) for key, item in value.items()}
    return str(value) if isinstance(value, PurePath) else value


def split_credentials(
    entries: Mapping[str, dict[str, Any]], known: Mapping[str, dict[str, Any]]
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """The entries with credentials by name only, and the content of these credentials."""
    found: dict[str, dict[str, Any]] = {}

    def split(name: str, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {
            key: move(name, item) if key == "credentials" else split(name, item)
            for key, item in value.items()
        }

    def move(name: str, value: Any) -> Any:
        if isinstance(value, str):
            if value in known:
                found[value] = known[value]
            return value
        if not value:
            return value
        label = f"{name}_credentials"
        found[label] = value
        return label

    return {name: split(name, entry) for name, entry in entries.items()}, found


def _construct(name: str, cls: type, arguments: dict[str, Any]) -> Any:
    try:
        dataset = cls(**arguments)
    except TypeError as error:
        raise DatasetError(_argument_message(name, cls, arguments, error)) from error
    except Exception as error:
        raise DatasetError(
            f"Failed to instantiate dataset '{name}' of type '{type_name(cls)}'.\n{error_text(error)}"
        ) from error
    if not is_dataset_class(type(dataset)):
        raise _parse_error(name, f"'{type_name(cls)}' does not make a dataset.")
    return dataset


def _argument_message(name: str, cls: type, arguments: dict[str, Any], error: TypeError) -> str:
    import inspect

    known = list(inspect.signature(cls).parameters)
    unknown = [key for key in arguments if key not in known]
    if unknown == ["version"]:
        return f"Dataset '{name}' of type '{type_name(cls)}' cannot be versioned: remove '{VERSIONED}' from its entry."
    hints = [f"'{key}'{did_you_mean(key, known)}" for key in unknown if closest(key, known)]
    return (
        f"{error_text(error)}.\nDataset '{name}' must only contain arguments valid for the constructor of "
        f"'{type_name(cls)}': {', '.join(known)}." + "".join(f"\n{hint}" for hint in hints)
    )


def _parse_error(name: str, message: str) -> DatasetError:
    return DatasetError(f"An exception occurred when parsing config for dataset '{name}':\n{message}")
