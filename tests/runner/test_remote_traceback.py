"""A traceback that comes from another process looks as it did there."""

import traceback

import pytest

from kedro_nb.runner.executors.remote_traceback import pack_traceback, unpack_traceback


def decorated(function):
    def inner(*args, **kwargs):
        return function(*args, **kwargs)

    return inner


class Class:
    @staticmethod
    @decorated
    def method(x, *rest, key=1, **more):
        def generate():
            yield from (
                1 // i
                for i in range(
                    -1,
                    3,
                )
            )

        return [sum(generate()) for _ in "a"]


def several_lines():
    return int(
        "no number",
    )


RAISING = {
    "functions of all kinds": lambda: Class.method(1, 2, key=3, other=4),
    "a place over several lines": several_lines,
    "a library": lambda: traceback.walk_tb(3).__next__(),
    "no file": lambda: eval("1 / 0"),
    "a name that is a number": lambda: exec("[[] for x in 0]"),
}


def shown(error):
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize("case", RAISING)
def test_it_looks_the_same_to_the_mark_under_the_place(case):
    with pytest.raises(Exception) as caught:
        RAISING[case]()
    error = caught.value
    before = shown(error)
    error.__traceback__ = unpack_traceback(pack_traceback(error.__traceback__))
    assert shown(error) == before


def test_its_frames_know_their_functions_and_arguments():
    with pytest.raises(ZeroDivisionError) as caught:
        Class.method(1)
    frames = pack_traceback(caught.value.__traceback__)
    unpacked = [frame for frame, _ in traceback.walk_tb(unpack_traceback(frames))]
    code = next(frame.f_code for frame in unpacked if frame.f_code.co_name == "method")
    assert (code.co_qualname, code.co_firstlineno) == ("Class.method", frames[2].first_line)
    assert code.co_varnames == ("x", "key", "rest", "more")


def test_an_error_that_was_never_raised_has_none():
    assert unpack_traceback(pack_traceback(None)) is None


def test_an_endless_recursion_arrives_without_its_middle():
    def recurse(deeper):
        recurse(deeper + 1)

    with pytest.raises(RecursionError) as caught:
        recurse(0)
    frames = pack_traceback(caught.value.__traceback__)
    assert len(frames) == 100
    assert shown(caught.value.with_traceback(unpack_traceback(frames))).endswith("recursion depth exceeded\n")
