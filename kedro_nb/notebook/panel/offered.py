"""What a page may ask of a panel: what the kernel has offered it, and nothing else.

A page can be changed by whatever runs in the notebook's browser window, so every message is checked, and done as a
whole or not at all. Code in the notebook is not restricted: it sets traits and calls methods without these checks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ipywidgets import Layout
from traitlets import default

from kedro_nb.errors import RequestError, did_you_mean
from kedro_nb.masking import error_text
from kedro_nb.notebook.panel.fields import is_plain, kind_of
from kedro_nb.notebook.panel.traits import PanelTraits

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kedro_nb.notebook.panel.panel import Panel

_MOST_TEXT = 20_000  # characters
_MOST_COMPARED = 2
# The kinds of values that the control of a kind gives; the control of another kind gives any.
_TAKES = {"bool": {"bool"}, "int": {"int"}, "float": {"int", "float"}, "text": {"text"}}

_Check = Callable[[Any, str, Any], None]  # of the panel, the name of a trait or an argument, and its value

logger = logging.getLogger(__name__)


class _FixedLayout(Layout):  # type: ignore[misc]  # of an untyped package
    """The panel's place in the page; the page sets nothing in it, such as the module that draws it."""

    def _handle_msg(self, msg: Any) -> None:
        match msg:
            case {"content": {"data": {"method": "request_state"}}}:
                self.send_state()
            case _:
                logger.info("The page has tried to change the layout of a panel. It is ignored.")


class CheckedPanel(PanelTraits):
    """Does what the page asks for where that was offered, and says in `message` why not where it was not."""

    @default("layout")
    def _default_layout(self) -> Layout:
        return _FixedLayout()

    def set_state(self, sync_data: Any) -> None:
        """Take what the page has chosen."""
        self.message = ""
        try:
            check_choices(self, sync_data)
            super().set_state(sync_data)
        except Exception as error:  # noqa: BLE001 - an exception would be shown below some cell
            self.message = error_text(error) or type(error).__name__
            if isinstance(sync_data, dict) and (chosen := [name for name in sync_data if name in _CHOICES]):
                self.send_state(chosen)  # the page shows it as chosen, and it is not

    def _handle_msg(self, msg: Any) -> None:
        match msg:
            case {"content": {"data": {"method": "update", "state": state, **more}}} if not more.get(
                "buffer_paths"
            ):
                self.set_state(state)
            case {"content": {"data": {"method": "request_state"}}}:
                self.send_state()
            case {"content": {"data": {"method": "custom", "content": dict(content)}}}:
                self._handle_custom_msg(content, [])
            case _:
                logger.info("The page has sent a message that is not one of a widget. It is ignored.")


def check_choices(panel: Any, state: Any) -> None:
    """Refuse values that the page cannot choose, and traits that it cannot set.

    Raises:
        RequestError: there is one.
    """
    if not isinstance(state, dict):
        raise RequestError(f"The page sets values by name, and not {_short(state)}.")
    for name, value in state.items():
        check = _CHOICES.get(name) if isinstance(name, str) else None
        if check is None:
            raise RequestError(f"The page cannot set {_short(name)}.")
        check(panel, name, value)


def check_message(panel: Panel, action: str, given: Any) -> None:
    """Refuse arguments that do not fit the action, or that the page was not offered.

    Args:
        panel: the page's.
        action: one of `ACTIONS`.
        given: the arguments, by name.

    Raises:
        RequestError: an argument is missing, unknown or not offered.
    """
    arguments = ACTIONS[action]
    if not isinstance(given, dict):
        raise RequestError(f"'{action}' takes arguments by name, and not {_short(given)}.")
    for name in given:
        if name not in arguments:
            raise RequestError(f"'{action}' takes no argument {_short(name)}.")
    for name, check in arguments.items():
        if name in given:
            check(panel, name, given[name])
        elif (action, name) not in _OPTIONAL:
            raise RequestError(f"'{action}' needs the argument '{name}'.")
    if action.endswith("_parameter"):
        _check_field(panel.fields, given["key"], given)
    elif action.endswith("_argument"):
        taken_back = given.get("value", "") is None
        _check_field(panel.arguments, given.get("key", given.get("name")), {} if taken_back else given)


def _check_field(fields: list[dict[str, Any]], key: Any, given: Mapping[str, Any]) -> None:
    """Refuse a value that the control of a field cannot give. A text is read later, as its kind."""
    (field,) = [each for each in fields if each["key"] == key]
    kind, fits = field["kind"], True
    if "value" in given:
        value = given["value"]
        if kind == "choice":
            fits = any(type(each) is type(value) and each == value for each in field["choices"])
        else:
            fits = is_plain(value) and (kind not in _TAKES or kind_of(value) in _TAKES[kind])
    if given and (field["fixed"] or not fits):
        raise RequestError(
            f"'{key}' does not take {_short(given.get('value', given.get('text')))} from the page."
        )


def _one_of(what: str, offered: Callable[[Any], Collection[str]]) -> _Check:
    def check(panel: Any, _name: str, value: Any) -> None:
        _check_name(what, value, offered(panel))

    return check


def _some_of(what: str, offered: Callable[[Any, str], Collection[str]]) -> _Check:
    def check(panel: Any, name: str, value: Any) -> None:
        known = offered(panel, name)
        if not isinstance(value, list) or len(value) > len(known):
            raise RequestError(f"'{name}' takes a list of names, each of them once, and not {_short(value)}.")
        for each in value:
            _check_name(what, each, known)

    return check


def _check_name(what: str, value: Any, known: Collection[str]) -> None:
    if not isinstance(value, str):
        raise RequestError(f"A {what} is chosen by its name, and not as {_short(value)}.")
    if value not in known:
        hint = did_you_mean(value[:200], filter(None, known))
        raise RequestError(f"The panel offers no {what} {_short(value)}{hint}.")


def _names(*kinds: str) -> Callable[[Any, str], set[str]]:
    """Names of the pipeline, and those that were chosen before: the page takes them out one by one."""
    return lambda panel, name: {
        *getattr(panel, name),
        *(each for kind in kinds for each in panel.names.get(kind, ())),
    }


def _ids(panel: Any, _name: str) -> set[str]:
    return {node["id"] for node in panel.graph.get("nodes", ())}


def _flag(_panel: Any, name: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise RequestError(f"'{name}' is on or off, and not {_short(value)}.")


def _runs(panel: Any, name: str, value: Any) -> None:
    known = {*panel.compared, *(run["number"] for run in panel.runs)}
    if not isinstance(value, list) or len(value) > _MOST_COMPARED:
        raise RequestError(f"'{name}' takes two runs, and not {_short(value)}.")
    for each in value:
        if type(each) is not int or each not in known:
            raise RequestError(f"The panel offers no run {_short(each)}.")


def _text(_panel: Any, name: str, value: Any) -> None:
    if not isinstance(value, str) or len(value) > _MOST_TEXT:
        raise RequestError(
            f"'{name}' takes a text of up to {_MOST_TEXT:,} characters, and not {_short(value)}."
        )


def _anything(_panel: Any, _name: str, _value: Any) -> None:
    """The value is checked with its field."""


def _key(panel: Any, name: str, value: Any) -> None:
    if value is not None:  # which stands for all of them
        _parameter(panel, name, value)


def _short(value: object) -> str:
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - nested too deeply
        text = f"a '{type(value).__name__}'"
    return text if len(text) <= 80 else f"{text[:79]}…"  # noqa: PLR2004 - a line's worth


_dataset = _one_of("dataset", lambda panel: {row["name"] for row in panel.datasets})
_parameter = _one_of("parameter", lambda panel: {field["key"] for field in panel.fields})
_argument = _one_of("argument", lambda panel: {field["key"] for field in panel.arguments})

# The traits that the page sets.
_CHOICES: dict[str, _Check] = {
    "pipeline": _one_of("pipeline", lambda panel: {"", panel.pipeline, *panel.pipelines}),
    "runner": _one_of("runner", lambda panel: {panel.runner, *(each["name"] for each in panel.runners)}),
    "is_async": _flag,
    "only_missing_outputs": _flag,
    "tags": _some_of("tag", _names("tags")),
    "node_names": _some_of("node", _names("nodes")),
    "from_nodes": _some_of("node", _names("nodes")),
    "to_nodes": _some_of("node", _names("nodes")),
    "from_inputs": _some_of("dataset", _names("inputs", "outputs")),
    "to_outputs": _some_of("dataset", _names("inputs", "outputs")),
    "namespaces": _some_of("namespace", _names("namespaces")),
    "dataset": _one_of(
        "dataset", lambda panel: {"", panel.dataset, *(row["name"] for row in panel.datasets)}
    ),
    "compared": _runs,
}
# What the page can ask for, with the arguments.
ACTIONS: dict[str, dict[str, _Check]] = {
    "run": {},
    "go_on": {},
    "stop": {},
    "refresh": {},
    "look": {},
    "reset": {"key": _key},
    "slice": {
        "action": _one_of("slice", lambda _panel: ("from", "to", "only", "all")),
        "ids": _some_of("node or dataset", _ids),
    },
    "set_parameter": {"key": _parameter, "value": _anything},
    "enter_parameter": {"key": _parameter, "text": _text},
    "set_argument": {"name": _argument, "value": _anything},
    "enter_argument": {"key": _argument, "text": _text},
    "load": {"dataset": _dataset, "variable": _text},
    "save": {"dataset": _dataset, "variable": _one_of("variable", lambda panel: panel.variables)},
}
_OPTIONAL = {("reset", "key"), ("load", "variable")}
