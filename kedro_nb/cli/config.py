"""Options from a configuration file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kedro_nb.cli.options import check_keys, convert
from kedro_nb.errors import RequestError, did_you_mean
from kedro_nb.session.parsing import load_yaml

SECTION = "run"


def read_config(path: str) -> dict[str, Any]:
    """The options in the `run:` section of a YAML file, by argument name.

    Raises:
        RequestError: whatever is wrong with the file.
    """
    content = load_yaml(_read(path), path)
    if not isinstance(content, dict):
        found = "is empty" if content is None else f"holds a '{type(content).__name__}'"
        raise RequestError(f"{path} {found}: options stand in a mapping under '{SECTION}:'.")
    if SECTION not in content:
        keys = [str(key) for key in content]
        raise RequestError(
            f"{path} has no section '{SECTION}:', and only that is read{did_you_mean(SECTION, keys)}. "
            f"It has: {', '.join(keys)}."
        )
    section = content[SECTION]
    if section is None or section == {}:
        raise RequestError(f"{path}: the section '{SECTION}:' is empty. Options are indented below it.")
    if not isinstance(section, dict):
        raise RequestError(
            f"{path}: the section '{SECTION}:' holds options as 'name: value', and not {section!r:.80}."
        )
    check_keys(section, path)
    given = {key: value for key, value in section.items() if value is not None}
    return convert(given, lambda name: f"{path}: '{name}'")


def _read(path: str) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8")
    except FileNotFoundError:
        folder = Path(path).expanduser().parent
        near = [each.name for each in folder.iterdir()] if folder.is_dir() else []
        raise RequestError(
            f"There is no configuration file '{path}'{did_you_mean(Path(path).name, near)}."
        ) from None
    except IsADirectoryError:
        raise RequestError(f"'{path}' is a folder, and --config takes a file.") from None
    except UnicodeDecodeError as error:
        raise RequestError(f"{path} is not a text file in UTF-8: {error.reason}.") from error
    except OSError as error:
        raise RequestError(f"{path:.200} cannot be read: {error.strerror}.") from error
    except ValueError as error:  # a NUL in the path
        raise RequestError(f"{path!r} cannot be read: {error}.") from error
