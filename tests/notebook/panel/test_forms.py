"""Parameters and arguments of runners as forms: types, what is refused, what is taken back."""

import math
from typing import Literal, Optional

import pytest

from kedro_nb.errors import RequestError
from kedro_nb.notebook.panel import Panel
from kedro_nb.notebook.panel.fields import argument_fields, entered, parameter_fields
from kedro_nb.runner import SequentialRunner

from .pages import say


def field_of(panel, key):
    (field,) = [field for field in panel.fields if field["key"] == key]
    return field


def test_a_whole_number_for_a_fraction_is_a_fraction(panel):
    panel.set_parameter("split.ratio", 1)
    assert repr(panel.params) == "{'split.ratio': 1.0}"
    say(panel, "enter_parameter", key="split.ratio", text="2")
    assert panel.command == "%kedro_run --params=split.ratio=2.0"


def test_other_types_are_what_the_code_says(panel):
    panel.set_parameter("split.seed", True)
    panel.set_parameter("title", 3)
    assert panel.params == {"split.seed": True, "title": 3}
    assert panel.params["split.seed"] is True


def test_a_mapping_sets_the_values_in_it(panel):
    panel.set_parameter("split", {"ratio": 0.1, "seed": 3})
    assert panel.params == {"split.ratio": 0.1}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("int", "12", 12),
        ("int", " -3 ", -3),
        ("int", "1e3", 1000),
        ("int", "12345678901234567890", 12345678901234567890),
        ("float", "1", 1.0),
        ("float", "1e-3", 0.001),
        ("float", "-.inf", -math.inf),
        ("text", "3", "3"),
        ("data", "[1, x]", [1, "x"]),
        ("data", "", None),
    ],
)
def test_what_is_written_is_read_by_the_type(kind, text, value):
    assert repr(entered({"key": "k", "kind": kind}, text)) == repr(value)


@pytest.mark.parametrize(
    ("kind", "text"), [("int", "1.5"), ("int", "?"), ("int", ""), ("float", "abc"), ("float", "")]
)
def test_what_is_no_number_is_refused(kind, text):
    with pytest.raises(RequestError, match=r"'k' takes a (whole )?number"):
        entered({"key": "k", "kind": kind}, text)


def test_the_page_hears_at_which_field_and_why_a_value_is_refused(panel, monkeypatch):
    sent = []
    monkeypatch.setattr(panel, "send", sent.append)
    say(panel, "enter_parameter", key="split.seed", text="x")
    why = "'split.seed' takes a whole number, and not 'x'."
    assert sent == [{"refused": "parameter", "key": "split.seed", "why": why}]
    assert (panel.message, panel.params) == (why, {})


def test_one_parameter_is_reset_or_all_of_them(panel):
    for key, value in (("title", "a"), ("verbose", True), ("split.seed", 4)):
        panel.set_parameter(key, value)
    say(panel, "reset", key="verbose")
    assert list(panel.params) == ["title", "split.seed"]
    say(panel, "reset")
    assert panel.params == {}


def test_a_parameter_that_the_session_does_not_have_is_a_field_too(panel):
    panel.set_parameter("extra", 2)
    assert field_of(panel, "extra")["changed"]
    assert panel.command == "%kedro_run --params=extra=2"


def test_objects_of_the_notebook_are_shown_and_not_changed(session):
    session.parameters |= {"thing": object(), "a.b": {"c.d": 1}}
    panel = Panel(session)
    assert field_of(panel, "thing")["fixed"]
    panel.set_parameter("other", {1, 2})
    assert (panel.command, panel.problem) == ("", "")
    panel.close()


def test_numbers_that_json_does_not_have_are_text():
    fields = parameter_fields({"a": math.inf, "b": -math.inf, "c": 2**60, "d": [1, None]}, {})
    assert [field["value"] for field in fields] == [".inf", "-.inf", str(2**60), "[1, null]"]
    assert not any(field["changed"] for field in fields)


class Mine(SequentialRunner):
    def __init__(
        self,
        depth: int,
        speed: "float | None" = None,
        mode: Literal["a", "b"] = "a",
        name: Optional[str] = None,  # noqa: UP045 - as people write it
        plain=3,
        thing: object = None,
        is_async: bool = False,
        **more,
    ):
        super().__init__(is_async)


def test_a_runners_signature_makes_the_form():
    fields = argument_fields(Mine, {"depth": 4})
    assert [(each["key"], each["kind"], each["value"]) for each in fields] == [
        ("depth", "int", 4),
        ("speed", "float", None),
        ("mode", "choice", "a"),
        ("name", "text", None),
        ("plain", "int", 3),
    ]
    assert [each["key"] for each in fields if each["required"]] == ["depth"]


def test_arguments_are_given_read_by_type_and_taken_back(panel):
    panel.runner = "ThreadRunner"
    say(panel, "enter_argument", key="max_workers", text="3")
    assert panel.runner_params == {"max_workers": 3}
    say(panel, "enter_argument", key="max_workers", text="many")
    assert panel.message == "'max_workers' takes a whole number, and not 'many'."
    say(panel, "enter_argument", key="max_workers", text="")
    assert panel.runner_params == {}


def test_another_runner_keeps_the_arguments_that_it_takes_too(panel):
    panel.runner = "ThreadRunner"
    panel.set_argument("max_workers", 3)
    panel.runner = "ParallelRunner"
    assert panel.runner_params == {"max_workers": 3}
    panel.is_async = True
    panel.runner = "SequentialRunner"
    assert (panel.runner_params, panel.is_async) == ({}, True)


def test_a_secret_is_entered_and_never_shown(session):
    session.parameters = {
        "db": {"password": "Fm1canary", "port": 1},
        "pin_secret": 86753099,
        "api_keys": ["Fm2canary"],
    }
    panel = Panel(session)
    shown = {
        key: field_of(panel, key)["value"] for key in ("db.password", "db.port", "pin_secret", "api_keys")
    }
    assert shown == {"db.password": "***", "db.port": 1, "pin_secret": "***", "api_keys": "***"}
    say(panel, "enter_parameter", key="db.password", text="Fm3canary")
    assert panel.params == {"db.password": "Fm3canary"}
    assert panel.command == "%kedro_run '--params=db.password=***'"
    say(panel, "enter_parameter", key="db.password", text="x***")
    assert panel.message == "'db.password': *** stands for a value that is not shown. Write the whole value."
    say(panel, "enter_parameter", key="pin_secret", text="Fm4 canary")
    assert panel.message == "'pin_secret' takes a whole number."
    say(panel, "enter_parameter", key="api_keys", text="[Fm5canary")
    assert "Fm5" not in panel.message
    assert panel.params == {"db.password": "Fm3canary"}
    assert not any(f"Fm{number}canary" in repr(panel.get_state()) for number in (1, 2, 3, 4, 5))
