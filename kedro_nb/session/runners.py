"""From a runner's name to a runner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_nb import runner as built_in
from kedro_nb.errors import RequestError
from kedro_nb.exceptions import headline_of
from kedro_nb.masking import error_text, mask_text
from kedro_nb.runner import AbstractRunner
from kedro_nb.runner.result import describe_value
from kedro_nb.session.naming import unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro_nb.session.request import RunRequest

ENTRY_POINTS = "kedro_nb.runners"  # the group under which a package offers runners by name
_OURS = ("kedro_nb.runner.", "kedro.runner.")


def built_in_runners() -> dict[str, type[AbstractRunner]]:
    found = {name: getattr(built_in, name) for name in built_in.__all__}
    return {name: cls for name, cls in found.items() if is_runner(cls)}


def make_runner(request: RunRequest, registered: Mapping[str, type]) -> AbstractRunner:
    """The runner that the request asks for.

    Raises:
        RequestError: no such runner, no runner at all, or arguments that it does not take.
    """
    cls = find_runner(request.runner, registered)
    arguments = dict(request.runner_params)
    if request.is_async and not arguments.setdefault("is_async", True):
        raise RequestError("--async and --runner-params=is_async=False contradict each other.")
    if arguments:
        _check_arguments(cls, arguments)
    try:
        return cls(**arguments)
    except (TypeError, ValueError) as error:
        given = ", ".join(f"{name}={describe_value(value, name)}" for name, value in arguments.items())
        raise RequestError(f"{cls.__name__}({given}) cannot be made: {error_text(error)}") from error


def find_runner(name: str, registered: Mapping[str, type]) -> type[AbstractRunner]:
    """The class: registered in this session, built in, offered by a package, or at the end of a dotted path."""
    if not isinstance(name, str):
        raise RequestError(f"A runner is asked for by its name or dotted path, and not as {name!r}.")
    short = name
    for prefix in _OURS:
        short = short.removeprefix(prefix)
    ours = built_in_runners()
    if name in registered:
        return _checked(name, registered[name])
    if short in ours:
        return ours[short]
    offered = _offered()
    if name in offered:
        return _checked(name, _load(name, offered[name]))
    if "." in short:
        return _checked(name, _at(name))
    known = {*registered, *ours, *offered}
    more = "A runner of your own can be given as a dotted path to its class, as in package.module.MyRunner."
    raise unknown("runner", name, known, more=more)


def offered_runners() -> dict[str, type[AbstractRunner] | RequestError]:
    """What packages offer under the entry point group, each as its class or as what is wrong with it."""
    found: dict[str, type[AbstractRunner] | RequestError] = {}
    for name, entry in _offered().items():
        try:
            found[name] = _checked(name, _load(name, entry))
        except RequestError as error:
            found[name] = error
    return found


def _offered() -> dict[str, Any]:
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group=ENTRY_POINTS)}


def _load(name: str, entry: Any) -> Any:
    try:
        return entry.load()
    except Exception as error:
        raise RequestError(
            f"Runner '{name}' comes from {entry.value}, which cannot be imported: {_short(error)}"
        ) from error


def _at(path: str) -> Any:
    """What is at the end of a dotted path."""
    from importlib import import_module

    module_name, _, attribute = path.rpartition(".")
    try:
        module = import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{module_name}.".startswith(f"{error.name}."):
            raise RequestError(
                f"There is no module '{error.name}', so runner '{path}' cannot be found. A dotted path begins at a "
                "module that can be imported from here."
            ) from error
        raise RequestError(f"Runner '{path}' cannot be imported: {_short(error)}") from error
    except Exception as error:
        raise RequestError(f"Runner '{path}' cannot be imported: {_short(error)}") from error
    try:
        return getattr(module, attribute)
    except AttributeError:
        runners = [name for name, value in vars(module).items() if is_runner(value)]
        raise unknown("runner", attribute, runners, f" in module {module_name}") from None


def is_runner(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, AbstractRunner) and value is not AbstractRunner


def _checked(name: str, found: Any) -> type[AbstractRunner]:
    if is_runner(found):
        cls: type[AbstractRunner] = found
        return cls
    what = f"the class {found.__qualname__}" if isinstance(found, type) else f"a '{type(found).__name__}'"
    if found is AbstractRunner:
        advice = "It is the base of all runners: make a subclass."
    elif any(base.__module__.startswith("kedro.") for base in getattr(found, "__mro__", ())):
        advice = "It is a runner of kedro itself: import AbstractRunner from kedro_nb.runner instead."
    else:
        advice = "A runner is a subclass of kedro_nb.runner.AbstractRunner."
    raise RequestError(f"'{name}' is {what}, and that is not a runner that can be used here. {advice}")


def _check_arguments(cls: type[AbstractRunner], arguments: Mapping[str, Any]) -> None:
    import inspect

    parameters = inspect.signature(cls).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return
    for name in arguments:
        if name not in parameters:
            raise unknown("argument", name, parameters, f" of {cls.__name__} (--runner-params)")


def _short(error: BaseException) -> str:
    return headline_of(error, mask=mask_text)
