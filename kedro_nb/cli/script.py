"""A Python file as a source of pipelines, data, parameters and hooks."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from kedro_nb import project
from kedro_nb.errors import RequestError, did_you_mean
from kedro_nb.pipeline import Pipeline
from kedro_nb.session.core import is_catalog
from kedro_nb.session.runners import is_runner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_nb.session import Session


class ScriptError(Exception):
    """The user's file has raised; the cause says what."""


def load_script(path: str) -> ModuleType:
    """Execute the file, as a module that can be found by its name, and not as `__main__`.

    Raises:
        RequestError: there is no such file.
        ScriptError: the file raises.
    """
    file = Path(path)
    if not _is_file(file):
        near = [each.name for each in file.parent.glob("*.py")]
        raise RequestError(f"There is no file '{path:.500}'{did_you_mean(file.name, near)}.")
    if file.suffix == ".ipynb":
        raise RequestError(f"'{path}' is a notebook: run it in Jupyter, or save its code as a Python file.")
    for folder in (str(Path.cwd()), str(file.resolve().parent)):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    name = file.stem if file.stem not in {*sys.modules, *sys.stdlib_module_names} else f"{file.stem}_file"
    module = ModuleType(name)
    module.__file__ = str(file)
    sys.modules[name] = module  # so that its functions and classes can be pickled
    with _users_code():
        code = compile(file.read_bytes(), str(file), "exec")
        exec(code, module.__dict__)  # noqa: S102 - to execute the user's file is what the command is for
    return module


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that is too long, or that no file can have
        return False


@contextlib.contextmanager
def _users_code() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise ScriptError from error


def fill_session(session: Session, module: ModuleType) -> dict[str, Pipeline]:
    """Take over what the file defines; gives its Pipeline variables, for when it registers none.

    Raises:
        RequestError: a variable with one of the known names holds something else.
        ScriptError: register_pipelines() raises.
    """
    content = vars(module)
    session.register(*_hooks(content.get("hooks", ())))
    session.runners.update({name: value for name, value in content.items() if is_runner(value)})
    catalog = content.get("catalog")
    if catalog is None and is_catalog(content.get("io")):
        catalog = content["io"]
    if catalog is not None:
        if not is_catalog(catalog):
            raise RequestError(
                f"The variable catalog is {_a(catalog)}. Make a catalog of it: DataCatalog.from_config(...)."
            )
        session.catalog = catalog
    parameters = content.get("parameters")
    if parameters is not None:
        session.parameters = dict(_mapping("The variable parameters", parameters))
    return _pipelines(session, content)


def _pipelines(session: Session, content: Mapping[str, Any]) -> dict[str, Pipeline]:
    register = content.get("register_pipelines")
    if callable(register):
        with _users_code():
            registered = register()
        session.pipelines.update(_mapping("The result of register_pipelines()", registered))
        return {}
    named = content.get("pipelines")
    if named is not None and named is not project.pipelines:
        session.pipelines.update(_mapping("The variable pipelines", named))
        return {}
    found = {name: value for name, value in content.items() if isinstance(value, Pipeline) and name[0] != "_"}
    if not found and not session.pipelines:
        raise RequestError(
            f"{content['__file__']} has no pipelines: it defines neither register_pipelines(), nor a dict 'pipelines', "
            "nor a variable with a Pipeline."
        )
    return found


def _hooks(hooks: Any) -> tuple[Any, ...]:
    return tuple(hooks) if isinstance(hooks, list | tuple) else (hooks,)


def _mapping(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise RequestError(f"{name} is {_a(value)} where a dict is meant.")
    return value


def _a(value: Any) -> str:
    return f"a '{type(value).__name__}'"
