from __future__ import annotations

import asyncio
import contextvars
import functools
import threading

import pytest

from kedro_nb.pipeline import node


def one(a):
    return a


def two(a, b):
    return a, b


# Data in


def test_run_gives_data_by_dataset_name():
    assert node(two, ["x", "y"], ["p", "q"]).run({"x": 1, "y": 2}) == {"p": 1, "q": 2}


def test_a_node_can_be_called_with_data_by_name():
    assert node(one, "x", "p")(x=1) == {"p": 1}


def test_inputs_by_name_reach_the_arguments_they_are_named_for():
    made = node(two, {"b": "x", "a": "y"}, ["p", "q"])
    assert made.run({"x": "for b", "y": "for a"}) == {"p": "for a", "q": "for b"}


def test_one_dataset_can_feed_several_arguments():
    assert node(two, {"b": "x", "a": "x"}, ["p", "q"]).run({"x": 1}) == {"p": 1, "q": 1}
    assert node(two, ["x", "x"], ["p", "q"]).run({"x": 1}) == {"p": 1, "q": 1}


def test_call_takes_values_in_the_order_of_inputs():
    made = node(two, {"b": "x", "a": "y"}, "p")
    by_name = {"x": "for b", "y": "for a"}
    assert made.call([by_name[name] for name in made.inputs]) == ("for a", "for b")


@pytest.mark.parametrize(
    ("func", "inputs", "given", "message"),
    [
        (
            two,
            ["a", "b"],
            {"a": 1},
            r"expected 2 input\(s\) \['a', 'b'\], but got the following 1 input\(s\) .*\['a'\]",
        ),
        (two, ["a", "b"], {"a": 1, "b": 2, "c": 3}, r"but got the following 3 input\(s\) instead"),
        (
            one,
            "a",
            {"b": 1},
            r"expected one input named 'a', but got the following 1 input\(s\) instead: \['b'\]",
        ),
        (one, "a", None, r"expected one input named 'a', but got the following 0 input\(s\) instead: \[\]"),
        (
            lambda: 1,
            None,
            {"b": 1},
            r"expected no inputs, but got the following 1 input\(s\) instead: \['b'\]",
        ),
        (one, "a", [1], r"Node.run\(\) expects a dictionary or None, but got <class 'list'> instead"),
    ],
)
def test_data_that_is_missing_or_too_much_is_named(func, inputs, given, message):
    with pytest.raises(ValueError, match=message):
        node(func, inputs, "out").run(given)


def test_an_error_in_the_function_comes_through_as_it_is():
    with pytest.raises(ZeroDivisionError):
        node(lambda a: 1 / a, "a", "b").run({"a": 0})


# Data out


@pytest.mark.parametrize(
    ("outputs", "result", "values"),
    [
        ("p", (1, 2), [(1, 2)]),
        ("p", None, [None]),
        (["p"], [1], [1]),
        (["p", "q"], (1, 2), [1, 2]),
        (["p", "q"], [1, 2], [1, 2]),
        ({"x": "p", "y": "q"}, {"y": 2, "x": 1}, [1, 2]),
        (None, None, []),
    ],
)
def test_unpack_gives_values_in_the_order_of_outputs(outputs, result, values):
    assert node(one, "a", outputs).unpack(result) == values


@pytest.mark.parametrize("result", [1, None, "ab", {"p": 1, "q": 2}, iter([1, 2])])
def test_a_list_of_outputs_needs_a_list_or_tuple(result):
    with pytest.raises(
        ValueError, match=r"a list of outputs \['p', 'q'\], whereas the node function returned a"
    ):
        node(one, "a", ["p", "q"]).unpack(result)


@pytest.mark.parametrize("result", [(1,), [1, 2, 3], ()])
def test_a_list_of_outputs_needs_as_many_values(result):
    with pytest.raises(ValueError, match=rf"returned {len(result)} output\(s\), whereas .* 2 output\(s\)"):
        node(one, "a", ["p", "q"]).unpack(result)


@pytest.mark.parametrize("result", [1, None, [1, 2]])
def test_a_dict_of_outputs_needs_a_dict(result):
    with pytest.raises(ValueError, match="The node output is a dictionary, whereas the function output is"):
        node(one, "a", {"x": "p"}).unpack(result)


@pytest.mark.parametrize("result", [{}, {"z": 1}, {"x": 1, "y": 2}])
def test_a_dict_of_outputs_needs_the_same_keys(result):
    with pytest.raises(ValueError, match=r"The node's output keys \{'x'\} do not match"):
        node(one, "a", {"x": "p"}).unpack(result)


def test_a_value_that_no_output_takes_warns():
    with pytest.warns(
        UserWarning, match="returned a value of type 'int', but the node is defined with outputs=None"
    ):
        assert node(one, "a", None, name="n").run({"a": 1}) == {}


# Generators


def chunks(a):
    yield a, 1
    yield a, 2


class Chunks:
    def __call__(self, a):
        yield a


async def async_chunks(a):
    yield a, 1
    await asyncio.sleep(0)
    yield a, 2


@pytest.mark.parametrize(
    ("func", "is_generator"),
    [
        (chunks, True),
        (functools.partial(chunks), True),
        (Chunks(), True),
        (async_chunks, True),
        (one, False),
        (print, False),
        (Chunks, False),
    ],
)
def test_a_generator_function_is_known_as_one(func, is_generator):
    assert node(func, None if func is Chunks else "a", "b").is_generator is is_generator


@pytest.mark.parametrize("func", [chunks, async_chunks])
def test_run_gives_an_iterator_for_each_output_of_a_generator(func):
    streams = node(func, "a", ["p", "q"]).run({"a": "A"})
    assert {name: list(stream) for name, stream in streams.items()} == {"p": ["A", "A"], "q": [1, 2]}


def test_a_generator_is_not_run_ahead_of_its_readers():
    seen = []

    def slowly(a):
        for i in range(3):
            seen.append(i)
            yield i

    stream = node(slowly, "a", "p").run({"a": 0})["p"]
    assert seen == []
    assert next(stream) == 0
    assert seen == [0]


def test_a_generator_without_outputs_runs_to_its_end():
    seen = []

    def work(a):
        seen.append(a)
        yield
        seen.append("end")

    assert node(work, "a", None).run({"a": 1}) == {}
    assert seen == [1, "end"]


def test_every_chunk_is_unpacked_by_the_same_rules():
    streams = node(chunks, "a", ["p", "q", "r"]).run({"a": 1})
    with pytest.raises(ValueError, match=r"returned 2 output\(s\), whereas the node definition contains 3"):
        next(streams["p"])


# Asynchronous functions


async def later(a):
    await asyncio.sleep(0)
    return a + 1


class Later:
    async def __call__(self, a):
        return a + 1


@pytest.mark.parametrize("func", [later, functools.partial(later), Later(), lambda a: later(a - 1 + 1)])
def test_an_async_function_is_awaited(func):
    assert node(func, "a", "b").run({"a": 1}) == {"b": 2}


@pytest.mark.parametrize("func", [later, Later()])
def test_an_async_function_is_awaited_where_a_loop_runs_already(func):
    async def notebook():
        return node(func, "a", "b").run({"a": 1})

    assert asyncio.run(notebook()) == {"b": 2}


def test_an_async_generator_is_drained_where_a_loop_runs_already():
    async def notebook():
        return list(node(async_chunks, "a", "b").run({"a": "A"})["b"])

    assert asyncio.run(notebook()) == [("A", 1), ("A", 2)]


def test_an_async_function_sees_the_callers_context():
    variable = contextvars.ContextVar("variable")

    async def look(a):
        return variable.get()

    async def notebook():
        variable.set("seen")
        return node(look, "a", "b").run({"a": 1})

    assert asyncio.run(notebook()) == {"b": "seen"}


def test_an_error_in_an_async_function_comes_through_and_leaves_no_thread():
    async def fail(a):
        raise KeyError(a)

    async def notebook():
        node(fail, "a", "b").run({"a": 1})

    before = set(threading.enumerate())
    with pytest.raises(KeyError):
        asyncio.run(notebook())
    assert set(threading.enumerate()) <= before


def test_an_error_in_an_async_function_comes_without_one_of_ours_before_it():
    async def fail(a):
        raise OSError("no luck")

    with pytest.raises(OSError, match="no luck") as caught:
        node(fail, "a", "b").run({"a": 1})
    assert caught.value.__context__ is None


def test_an_async_generator_that_is_left_early_is_closed():
    closed = []

    async def endless(a):
        try:
            while True:
                yield a
        finally:
            closed.append(True)

    before = set(threading.enumerate())
    stream = node(endless, "a", "b").call([1])
    assert next(stream) == 1
    stream.close()
    assert closed == [True]
    assert set(threading.enumerate()) <= before


def test_an_interrupted_wait_cancels_the_coroutine(monkeypatch):
    cancelled = []

    async def forever(a):
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    submit = asyncio.run_coroutine_threadsafe

    def interrupted(coroutine, loop):
        future = submit(coroutine, loop)
        if coroutine.__name__ == "forever":
            submit(asyncio.sleep(0), loop).result()  # forever has begun

            def stop(*_):
                raise KeyboardInterrupt

            future.result = stop
        return future

    async def notebook():
        node(forever, "a", "b").run({"a": 1})

    monkeypatch.setattr(asyncio, "run_coroutine_threadsafe", interrupted)
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(notebook())
    assert cancelled == [True]
