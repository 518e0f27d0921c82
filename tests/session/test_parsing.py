"""What users write in one line or in YAML."""

import contextlib
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kedro_nb.errors import RequestError
from kedro_nb.session.parsing import load_yaml, nest, parse_params, parse_versions, split_list


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a,b", ("a", "b")),
        (" a , b,,", ("a", "b")),
        ("", ()),
        ("f([x,y]) -> [z,w], b", ("f([x,y]) -> [z,w]", "b")),
        ("a],b", ("a]", "b")),
    ],
)
def test_names_stand_between_commas_outside_of_brackets(text, names):
    assert split_list(text) == names


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", {}),
        ("a=1,b=x", {"a": 1, "b": "x"}),
        ("a:3", {"a": 3}),
        ("a = 3 , b : c", {"a": 3, "b": "c"}),
        ("a.b=1,a.c.d=2", {"a": {"b": 1, "c": {"d": 2}}}),
        ("a={x: 1},a.y=2", {"a": {"x": 1, "y": 2}}),
        ("a.y=2,a={x: 1}", {"a": {"x": 1, "y": 2}}),
        ("a=1,a=2", {"a": 2}),
    ],
    ids=str,
)
def test_keys_end_at_the_first_equals_sign_or_colon_and_nest_at_dots(text, data):
    assert parse_params(text) == data


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-1.5", -1.5),
        ("1e-3", 0.001),
        ("1_000", 1000),
        ("0x10", 16),
        (".inf", math.inf),
        ("true", True),
        ("no", False),
        ("null", None),
        ("", None),
        ("1.2.3", "1.2.3"),
        ("2026-01-31", "2026-01-31"),
        ("12:30", "12:30"),
        ("x=y:z", "x=y:z"),
        ("http://host/a?b=c", "http://host/a?b=c"),
        ("it's", "it's"),
        ("*.csv", "*.csv"),
        ("#fff", "#fff"),
        ("note: this", "note: this"),
        ("'1'", "1"),
        ("'a,b=c'", "a,b=c"),
        ("'it''s, b'", "it's, b"),
        (r'"a\", b["', 'a", b['),
        ('"tab\\t"', "tab\t"),
        ("[1,2]", [1, 2]),
        ("['a,b', {c: [1, 2]}]", ["a,b", {"c": [1, 2]}]),
        ("{x: 1, y: [2]}", {"x": 1, "y": [2]}),
    ],
    ids=str,
)
def test_values_are_typed_as_in_yaml_and_everything_else_is_text(text, value):
    assert parse_params(f"before=0,a={text},after=0") == {"before": 0, "a": value, "after": 0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a", "--params: 'a' has no value. Write it as a=VALUE"),
        ("a=1,,b", "'b' has no value"),
        ("=1", "'' is not a key"),
        ("a..b=1", "'a..b' is not a key"),
        ("a=[1,2", "the closing ] is missing in 'a=[1,2'"),
        ("a={x: [1}", "the closing ] is missing"),
        ("a='x", "the closing ' is missing in 'a='x'"),
        ("a=[1]x", "the value in 'a=[1]x' is not valid YAML"),
        ("a=1,a.b=2", "'a' has a value of its own, so 'a.b' has no place in it"),
        ("a.b=2,a=1", "'a' is given a value, and so is 'a.b'"),
    ],
)
def test_a_mistake_in_params_is_told_with_the_item(text, message):
    with pytest.raises(RequestError) as caught:
        parse_params(text)
    assert message in str(caught.value)


KEYS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,8}", fullmatch=True)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8", max_codepoint=0xFFFF, exclude_categories=["Cc", "Cs"])).filter(
        lambda text: "Infinity" not in text  # which `written` takes for a number
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


def written(value):
    """As JSON has it, which is YAML but for the infinite."""
    return json.dumps(value).replace("-Infinity", "-.inf").replace("Infinity", ".inf")


@settings(max_examples=60)
@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_whatever_is_written_out_is_read_back(params):
    assert parse_params(",".join(f"{key}={written(value)}" for key, value in params.items())) == params


@settings(max_examples=60)
@given(st.text(max_size=30))
def test_no_text_at_all_makes_it_fail_in_another_way(text):
    with contextlib.suppress(RequestError):
        assert isinstance(parse_params(text), dict)


def test_dotted_keys_of_a_mapping_nest():
    assert nest({"a.b": 1, "a": {"c.d": 2}}) == {"a": {"b": 1, "c": {"d": 2}}}


def test_keys_of_a_mapping_are_text():
    with pytest.raises(RequestError, match="keys are names, and 1 is a 'int'"):
        nest({1: 2})


def test_versions_are_given_by_dataset():
    assert parse_versions("a:2026-01-01T00.00.00.000Z, b:v:1") == {
        "a": "2026-01-01T00.00.00.000Z",
        "b": "v:1",
    }


@pytest.mark.parametrize("text", ["a", "a:", ":v", "a:v,b"])
def test_a_version_without_its_dataset_is_told(text):
    with pytest.raises(RequestError, match=r"--load-versions: '.*' is not of the form dataset:version"):
        parse_versions(text)


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("a: [1\nb: 2", "f.yml, line 2, column 2", "expected ',' or ']'"),
        ("a: 1\nb: 2\na: 3", "f.yml, line 3, column 1", "the key 'a' is there twice"),
        ("a: *b", "f.yml, line 1, column 4", "undefined alias"),
        ("a: !!python/name:os.system", "f.yml, line 1, column 4", "could not determine a constructor"),
        ("a: 1\n  b: 2", "f.yml, line 2, column 4", "mapping values are not allowed here"),
    ],
)
def test_malformed_yaml_is_told_with_line_and_column(text, place, problem):
    with pytest.raises(RequestError) as caught:
        load_yaml(text, "f.yml")
    assert str(caught.value).startswith(f"{place}: this is not valid YAML: ")
    assert problem in str(caught.value)


def test_lines_are_counted_from_where_the_text_stands():
    with pytest.raises(RequestError, match="the cell, line 11, column 1"):
        load_yaml("a: 1\na: 2", "the cell", first_line=10)


def test_characters_that_yaml_has_no_place_for_are_told():
    with pytest.raises(RequestError, match=r"f.yml: this is not valid YAML"):
        load_yaml("a: \x00", "f.yml")


def test_dates_stay_text_and_numbers_may_have_exponents_alone():
    assert load_yaml("a: 1e-3\nb: 2026-01-31\nc: 12:30", "f.yml") == {
        "a": 0.001,
        "b": "2026-01-31",
        "c": "12:30",
    }
