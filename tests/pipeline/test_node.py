from __future__ import annotations

import functools
import pickle
import subprocess
import sys
import warnings

import pytest

from kedro_nb.pipeline import Node, node


def one(a):
    return a


def two(a, b):
    return a, b


def nothing():
    return 1


def keyword_only(a, *, b):
    return a, b


def optional(a, b=1):
    return a, b


def anything(*args, **kwargs):
    return args, kwargs


class Doubler:
    def __call__(self, a):
        return 2 * a

    def method(self, a):
        return 3 * a


# Names


def test_an_explicit_name_is_the_name():
    assert node(one, "a", "b", name="n").name == "n"


def test_a_namespace_comes_before_the_name():
    made = node(one, "a", "b", name="n", namespace="x.y")
    assert (made.name, made.short_name, made.namespace) == ("x.y.n", "n", "x.y")


def test_a_default_name_is_made_from_the_function_and_its_datasets():
    assert node(one, "a", "b").name != node(one, "a", "c").name
    assert node(one, "a", "b").name.startswith("one__")


def test_a_default_name_is_the_same_in_another_process():
    code = (
        "from kedro_nb.pipeline import node\n"
        "def f(a): return a\n"
        "print(node(f, 'a', 'b').name, node(print, ['a', 'b'], None).name)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["f__e3cfa66c", "print__" + node(print, ["a", "b"], None).name[-8:]]


def test_the_short_name_of_a_node_without_a_name_reads_like_a_title():
    def split_data(a):
        return a

    assert node(split_data, "a", "b").short_name == "Split Data"


def test_namespace_prefixes_go_from_the_outermost_in():
    assert node(one, "a", "b", namespace="x.y.z").namespace_prefixes == ["x", "x.y", "x.y.z"]
    assert node(one, "a", "b").namespace_prefixes == []


@pytest.mark.parametrize("name", ["a b", "a,b", "a/b", "a:b", 5, "é!"])
def test_a_bad_name_is_refused(name):
    with pytest.raises(
        ValueError, match=rf"'{name}' is not a valid node name\. It must contain only letters"
    ):
        node(one, "a", "b", name=name)


@pytest.mark.parametrize("tags", ["", "a b", ["ok", "a,b"], [1]])
def test_a_bad_tag_is_refused(tags):
    with pytest.raises(ValueError, match=r"is not a valid node tag\. It must contain only letters"):
        node(one, "a", "b", tags=tags)


# What a node looks like


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (node(two, ["a", "b"], ["c", "d"], name="n"), "n: two([a;b]) -> [c;d]"),
        (node(one, "a", "b"), "one([a]) -> [b]"),
        (node(nothing, None, "b"), "nothing(None) -> [b]"),
        (node(one, "a", None), "one([a]) -> None"),
        (node(one, "a", "b", name="n", namespace="x"), "n: one([a]) -> [b]"),
        (node(two, {"b": "x", "a": "y"}, {"k": "z"}), "two([y;x]) -> [z]"),
        (node(Doubler(), "a", "b"), "Doubler([a]) -> [b]"),
        (node(functools.partial(two, b=1), "a", "b"), "partial(two)([a]) -> [b]"),
    ],
)
def test_str_tells_the_function_and_its_datasets(made, text):
    assert str(made) == text


def test_repr_tells_everything_that_was_given():
    made = node(one, "a", ["b"], name="n", tags=["t2", "t1"], confirms="b", namespace="x")
    assert repr(made) == "Node(one, 'a', ['b'], name='n', tags=['t1', 't2'], confirms=['b'], namespace='x')"


def test_repr_leaves_out_what_was_not_given():
    assert repr(node(one, "a", None)) == "Node(one, 'a', None)"


# Definitions that cannot be


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("f", "a", "b"), "first argument must be a function, not 'str'"),
        ((None, "a", "b"), "first argument must be a function, not 'NoneType'"),
        ((one, 1, "b"), "'inputs' type must be one of \\[String, List, Dict, None\\], not 'int'"),
        ((one, ("a",), "b"), "'inputs' type must be one of .*, not 'tuple'"),
        ((one, {"a"}, "b"), "'inputs' type must be one of .*, not 'set'"),
        ((one, "a", ("b",)), "'outputs' type must be one of .*, not 'tuple'"),
        ((one, "a", {"b"}), "'outputs' type must be one of .*, not 'set'"),
        ((nothing, None, None), "it must have some 'inputs' or 'outputs'"),
        ((nothing, [], []), "it must have some 'inputs' or 'outputs'"),
        (
            (two, ["a", 1], "b"),
            "variables used as inputs to the function must be of 'String' type, but 1 from",
        ),
        (
            (one, "a", ["b", 1]),
            "variables used as outputs of the function must be of 'String' type, but 1 from",
        ),
        ((one, "", "b"), "a dataset name in 'inputs' is empty"),
        ((one, "a", [""]), "a dataset name in 'outputs' is empty"),
    ],
)
def test_a_wrong_definition_says_what_is_wrong_and_how_it_should_look(args, message):
    with pytest.raises(ValueError, match=rf"Invalid Node definition: .*{message}") as error:
        node(*args)
    assert str(error.value).endswith("Format should be: node(function, inputs, outputs)")


@pytest.mark.parametrize("outputs", [["b", "c", "b"], {"x": "b", "y": "b"}])
def test_a_node_cannot_write_a_dataset_twice(outputs):
    with pytest.raises(ValueError, match=r"duplicate output\(s\) \{'b'\}.\nNode outputs must be unique"):
        node(one, "a", outputs)


@pytest.mark.parametrize(("inputs", "outputs"), [("a", "a"), ("a@x", "a@y"), ("a@x", ["b", "a"])])
def test_a_node_cannot_write_what_it_reads(inputs, outputs):
    with pytest.raises(
        ValueError, match="cannot have the same inputs and outputs even if they are transcoded"
    ):
        node(one, inputs, outputs)


@pytest.mark.parametrize(
    ("func", "inputs", "expected"),
    [
        (one, ["a", "b"], ["a"]),
        (two, ["a"], ["a", "b"]),
        (two, "a", ["a", "b"]),
        (two, None, ["a", "b"]),
        (two, {"a": "x", "c": "y"}, ["a", "b"]),
        (two, {"a": "x"}, ["a", "b"]),
        (two, {"a": "x", "b": "y", "c": "z"}, ["a", "b"]),
        (two, {1: "x", "b": "y"}, ["a", "b"]),
        (optional, ["a", "b", "c"], ["a", "b"]),
        (optional, {"b": "x"}, ["a", "b"]),
        (keyword_only, ["a", "b"], ["a", "b"]),
        (keyword_only, {"a": "x"}, ["a", "b"]),
        (Doubler(), ["a", "b"], ["a"]),
        (Doubler().method, ["a", "b"], ["a"]),
        (functools.partial(two, b=1), ["a", "b"], ["a", "b"]),
        (len, ["a", "b"], ["obj"]),
        (eval("lambda a, /: a"), {"a": "x"}, ["a"]),
    ],
)
def test_a_signature_that_does_not_fit_is_told_at_the_definition(func, inputs, expected):
    with pytest.raises(TypeError) as error:
        node(func, inputs, "out")
    assert f"function expected {expected}, but got {inputs}" in str(error.value)


def test_a_keyword_only_argument_given_by_position_is_explained():
    with pytest.raises(TypeError, match=r"keyword-only \['b'\] can be given by a dictionary of inputs only"):
        node(keyword_only, ["a", "b"], "c")


@pytest.mark.parametrize(
    ("func", "inputs"),
    [
        (one, "a"),
        (one, ["a"]),
        (two, ["a", "a"]),
        (two, {"b": "x", "a": "y"}),
        (optional, ["a"]),
        (optional, ["a", "b"]),
        (optional, {"a": "x"}),
        (keyword_only, {"a": "x", "b": "y"}),
        (anything, ["a", "b", "c"]),
        (anything, {"p": "a", "q": "b"}),
        (anything, None),
        (Doubler(), "a"),
        (Doubler().method, "a"),
        (Doubler, None),
        (functools.partial(two, b=1), "a"),
        (functools.partial(two, 1), "b"),
        (functools.lru_cache(one), "a"),
        (functools.wraps(two)(lambda *args: two(*args, *())), ["a", "b"]),
        (functools.wraps(two)(lambda a: two(a, 1)), "a"),
        (dict, None),
        (int, "a"),
        (max, ["a", "b"]),
        (print, "a"),
        ([].append, "a"),
        (eval("lambda a, /, b: a"), ["a", "b"]),
        (eval("lambda a=1, /, **k: a"), {"a": "x"}),
    ],
)
def test_every_kind_of_callable_that_can_be_called_so_is_accepted(func, inputs):
    assert node(func, inputs, "out").func is func


def test_more_than_one_format_in_a_name_is_refused():
    with pytest.raises(
        ValueError, match=r"Expected maximum 1 transcoding separator, found 2 instead: 'a@b@c'"
    ):
        node(one, "a@b@c", "d")


def test_a_dot_in_a_dataset_name_warns_once_in_a_process():
    code = (
        "import warnings; warnings.simplefilter('always')\n"
        "from kedro_nb.pipeline import node\n"
        "def f(a): return a\n"
        "with warnings.catch_warnings(record=True) as seen:\n"
        "    node(f, 'params:model.rate', 'b'), node(f, 'x.a', 'x.b', namespace='x')\n"
        "    print(len(seen))\n"
        "    node(f, 'x.a', 'b'), node(f, 'y.a', 'b')\n"
        "    print(len(seen), seen[0].category.__name__, seen[0].message)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    before, after = ran.stdout.splitlines()
    assert before == "0"
    assert after.startswith("1 UserWarning One or more dataset names contain '.' characters ('x.a')")


# What it holds


def test_inputs_and_outputs_keep_order_and_repetition():
    made = node(anything, ["b", "a", "b"], ["d", "c"])
    assert (made.inputs, made.outputs) == (["b", "a", "b"], ["d", "c"])


def test_inputs_by_name_come_in_the_order_of_the_signature():
    assert node(two, {"b": "x", "a": "y"}, "c").inputs == ["y", "x"]
    assert node(anything, {"b": "x", "a": "y"}, "c").inputs == ["x", "y"]


def test_changing_what_a_node_hands_out_does_not_change_the_node():
    inputs, tags = ["a"], ["t"]
    made = node(one, inputs, ["b"], tags=tags, confirms=["b"])
    inputs.append("z")
    made.inputs.append("z")
    made.outputs.append("z")
    made.confirms.append("z")
    made.tags.add("z")
    assert (made.inputs, made.outputs, made.confirms, made.tags) == (["a"], ["b"], ["b"], {"t"})
    assert made == node(one, ["a"], ["b"])


@pytest.mark.parametrize(
    "attribute", ["name", "inputs", "outputs", "tags", "namespace", "confirms", "short_name"]
)
def test_a_node_is_not_changed_in_place(attribute):
    with pytest.raises(AttributeError):
        setattr(node(one, "a", "b"), attribute, "x")


def test_tag_gives_a_copy_with_more_tags():
    made = node(one, "a", "b", tags="t1", name="n")
    more = made.tag(["t2", "t3"])
    assert (made.tags, more.tags, made == more) == ({"t1"}, {"t1", "t2", "t3"}, True)
    assert made.tag("word").tags == {"t1", "word"}


def test_the_function_can_be_replaced():
    made = node(one, "a", "b")
    assert made.run({"a": 1}) == {"b": 1}
    made.func = Doubler()
    assert made.run({"a": 1}) == {"b": 2}
    with pytest.raises(ValueError, match="first argument must be a function, not 'int'"):
        made.func = 3


def test_a_copy_with_another_function_keeps_everything_else():
    made = node(one, {"a": "x"}, ["b"], tags="t", confirms="c", namespace="s")
    other = made.with_function(lambda a: [a])
    assert (made.func, other.name, other.tags, other.confirms) == (one, made.name, {"t"}, ["c"])
    assert other == made
    with pytest.raises(TypeError, match="expected \\['y'\\], but got"):
        made.with_function(lambda y: y)


# Equality and order


def test_nodes_are_equal_by_name_inputs_and_outputs():
    made = node(one, "a", "b", name="n")
    same = node(Doubler(), "a", "b", name="n", tags="t")
    assert made == same
    assert hash(made) == hash(same)
    assert made != node(one, "a", "c", name="n")
    assert made != node(one, "c", "b", name="n")
    assert made != node(one, "a", "b", name="m")
    assert made != "n"


def test_nodes_sort_by_name():
    nodes = [node(one, "a", "b", name=name) for name in ("z", "a", "m")]
    assert [made.name for made in sorted(nodes)] == ["a", "m", "z"]
    with pytest.raises(TypeError, match=r"'<' not supported between instances of"):
        sorted([nodes[0], 3])


def test_a_node_pickles_before_and_after_it_ran():
    made = node(one, "a", "b", name="n", tags="t", confirms="b", namespace="s")
    for _ in range(2):
        back = pickle.loads(pickle.dumps(made))
        assert repr(back) == repr(made)
        assert back.run({"a": 1}) == {"b": 1}
        made.run({"a": 1})


def test_node_and_Node_are_the_same():
    assert isinstance(node(one, "a", "b"), Node)
    assert node(one, "a", "b") == Node(one, "a", "b")


def test_a_partial_needs_no_name_and_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert node(functools.partial(two, b=1), "a", "b").name.startswith("partial(two)__")
