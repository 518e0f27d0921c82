"""Whatever is written as a value or as YAML is read or refused with one message, in time that grows with its length."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kedro_nb.errors import RequestError
from kedro_nb.session.line import command_line
from kedro_nb.session.parsing import load_yaml, parse_params, parse_versions, split_list
from kedro_nb.session.request import RunRequest

DEEP = 3_000
LAUGHS = "a: &a0 {x: 1, y: 2}\n" + "".join(
    f"b{n}: &a{n + 1} {{x: *a{n}, y: *a{n}, z: *a{n}}}\n" for n in range(40)
)
REFUSED = {
    "0x_": "0x_",
    "0b_": "0b_",
    "-0x_": "-0x_",
    "0x___": "0x___",
    "5,000 digits": "1" * 5_000,
    "5,000 hexadecimal digits": "0x" + "f" * 5_000,
    "20,000 binary digits": "0b" + "1" * 20_000,
}
REFUSED_YAML = {
    **{name: f"a: {text}" for name, text in REFUSED.items()},
    "deep brackets": f"a: {'[' * DEEP}{']' * DEEP}",
    "deep braces": f"a: {'{a: ' * DEEP}{'}' * DEEP}",
    "deep blocks": "\n".join(f"{' ' * depth}a:" for depth in range(1_500)),
    "deep lists": "- " * DEEP,
    "an endless alias": "a: &a {b: *a}",
    "an endless list": "a: &a [*a]",
    "aliases of aliases": LAUGHS,
    "no integer": "a: !!int x",
    "no float": "a: !!float x",
    "no date": "a: !!timestamp x",
    "no boolean": "a: !!bool x",
    "no set": "a: !!set [1]",
    "no pairs": "a: !!pairs x",
    "no ordered map": "a: !!omap [1]",
    "no binary": "a: !!binary é",
    "an object": "a: !!python/object:os.system x",
    "a key that is a list": "? [a]\n: 1",
    "nothing to merge": "<<: 5",
    "a NUL": "a: \0",
    "half a character": "a: \ud800",
    "a character out of range": 'a: "\\UFFFFFFFF"',
    "an open quote": 'a: "' + "x" * 100_000,
    "a tab": "a:\n\t- b",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_value_that_cannot_be_read_is_refused_with_its_item(name):
    with pytest.raises(
        RequestError, match=r"--params: the value in 'a=.* cannot be read: .*in quotes"
    ) as caught:
        parse_params(f"b=1,a={REFUSED[name]}")
    assert len(str(caught.value)) < 600
    assert parse_params(f"a='{REFUSED[name]}'") == {"a": REFUSED[name]}


@pytest.mark.parametrize("name", REFUSED_YAML)
def test_yaml_that_cannot_be_read_is_refused_with_its_place(name):
    with pytest.raises(RequestError, match=r"the cell.*: this is not valid YAML: ") as caught:
        load_yaml(REFUSED_YAML[name], "the cell")
    assert len(str(caught.value)) < 600


def test_what_nests_too_deeply_is_refused():
    for text in ("a" + ".a" * DEEP + "=1", f"a={'[' * DEEP}{']' * DEEP}", f"a={'[' * DEEP}"):
        with pytest.raises(RequestError, match="--params: ") as caught:
            parse_params(text)
        assert len(str(caught.value)) < 600


def test_what_nests_a_hundred_levels_is_read():
    inner = parse_params("a" + ".a" * 98 + "=1")
    assert command_line(RunRequest(params=inner)).endswith(f"--params=a{'.a' * 98}=1")
    assert load_yaml(f"a: {'[' * 98}1{']' * 98}", "the cell")


def test_a_line_cannot_be_written_for_parameters_that_nest_without_an_end():
    inner = {}
    for _ in range(5_000):
        inner = {"a": inner}
    assert command_line(RunRequest(params={"a": {"b": 1}, **inner})) is None


TEXTS = st.text("0123456789abcdefxob_-+.eE:=,[]{}'\"&*!|>?#%@ \n\t~<\\", max_size=30)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_any_text_is_read_or_refused(text):
    for parse in (parse_params, parse_versions, split_list, lambda text: load_yaml(text, "the cell")):
        with contextlib.suppress(RequestError):
            parse(text)


LARGE = {
    "items": lambda n: parse_params(",".join(f"a{i}={i}" for i in range(n // 8))),
    "one text": lambda n: parse_params(f"a={'x' * 10 * n}"),
    "quotes": lambda n: parse_params("a='" * n),
    "apostrophes": lambda n: parse_params("a=x" + "'" * n),
    "brackets": lambda n: split_list("[" * n + "," * n),
    "versions": lambda n: parse_versions(",".join(f"a{i}:b" for i in range(n // 4))),
    "digits and a letter": lambda n: parse_params(f"a={'1_' * n}x"),
    "keys in YAML": lambda n: load_yaml("".join(f"name_{i}: {i}\n" for i in range(n // 20)), "the cell"),
}


@pytest.mark.parametrize("name", LARGE)
def test_the_time_of_reading_grows_with_the_length_and_not_faster(name):
    seconds = {}
    for size in (20_000, 80_000):
        start = time.process_time()
        with contextlib.suppress(RequestError):
            LARGE[name](size)
        seconds[size] = time.process_time() - start
    assert seconds[80_000] < 10 * seconds[20_000] + 0.2  # 16 times where it is quadratic
