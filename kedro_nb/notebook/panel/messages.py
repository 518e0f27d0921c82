"""What the page asks of a panel, once that has been checked."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any
from weakref import proxy

from kedro_nb.errors import RequestError
from kedro_nb.masking import error_text
from kedro_nb.notebook.panel.fields import entered
from kedro_nb.notebook.panel.graph import datasets_of, nodes_of
from kedro_nb.notebook.panel.offered import ACTIONS, check_message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_nb.notebook.panel.panel import Panel

logger = logging.getLogger(__name__)


class Messages:
    """Does what messages ask for: `{"do": action, "with": arguments}`."""

    def __init__(self, panel: Panel) -> None:
        self._panel: Any = proxy(panel)  # which holds this

    def take(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Do what the page asks for; what goes wrong is said there."""
        name = content.get("do") if isinstance(content, dict) else None
        if not isinstance(name, str) or name not in ACTIONS:
            logger.info("The page has asked for %.80r, which a panel does not do. It is ignored.", name)
            return
        self._panel.message = ""
        try:
            given = content.get("with", {})
            check_message(self._panel, name, given)
            self._action(name)(**given)
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it
            self._panel.message = error_text(error) or type(error).__name__

    def _action(self, name: str) -> Any:
        panel = self._panel
        return {
            "run": panel.run,
            "go_on": panel.go_on,
            "stop": panel.stop,
            "refresh": panel.refresh,
            "reset": panel.reset,
            "slice": lambda action, ids: panel.slice(action, nodes_of(ids), datasets_of(ids)),
            "set_parameter": panel.set_parameter,
            "enter_parameter": self._enter_parameter,
            "set_argument": panel.set_argument,
            "enter_argument": self._enter_argument,
            "load": panel.load,
            "save": panel.save,
            "look": panel.look,
        }[name]

    def _enter_parameter(self, key: str, text: str) -> None:
        (field,) = [field for field in self._panel.fields if field["key"] == key]
        with self._refused("parameter", key):
            self._panel.set_parameter(key, entered(field, text))

    def _enter_argument(self, key: str, text: str) -> None:
        (field,) = [field for field in self._panel.arguments if field["key"] == key]
        with self._refused("argument", key):
            self._panel.set_argument(key, entered(field, text) if text.strip() else None)

    @contextlib.contextmanager
    def _refused(self, form: str, key: str) -> Iterator[None]:
        """Have the page say at the control why it does not take that."""
        try:
            yield
        except RequestError as error:
            self._panel.send({"refused": form, "key": key, "why": error_text(error)})
            raise
