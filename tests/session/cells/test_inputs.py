"""What -i and -o say, and where the names of a cell come from."""

from __future__ import annotations

import ast
import math

import pytest

from kedro_nb.errors import RequestError
from kedro_nb.session.cells.inputs import Known, Said, inputs_by_name, inputs_of_cell, spellings
from kedro_nb.session.cells.names import names_of

KNOWN = Known(datasets={"xs", "ys", "a.raw", "model@pickle"}, parameters={"k", "deep", "deep.depth"})


def said(text):
    return Said.parse(text, "-i")


def test_lists_and_mappings_are_taken_apart_in_order():
    parsed = said("a, b=c,params:d")
    assert parsed.items == ((None, "a"), ("b", "c"), (None, "params:d"))
    assert (parsed.listed, parsed.named, parsed.left) == (
        ["a", "params:d"],
        {"b": "c"},
        ["a", "b", "params:d"],
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [("=x", "-i: '=x' is not"), ("a=", "-i: 'a=' is not"), ("a=b,a=c", "-i gives 'a' twice")],
)
def test_half_a_mapping_and_a_name_twice_are_refused(text, told):
    with pytest.raises(RequestError, match=told):
        said(text)


@pytest.mark.parametrize(
    ("dataset", "variables"),
    [("xs", ["xs"]), ("a.raw", ["a_raw", "raw"]), ("b@p", ["b_p", "b"]), ("params:x.y", ["x_y", "y"])],
)
def test_a_dataset_may_be_spelt_as_these_variables(dataset, variables):
    assert spellings(dataset) == variables


FUNCTIONS = {
    "by name": (lambda xs, k: 0, None, ["xs", "params:k"]),
    "by position": (lambda a, b: 0, "ys,xs", ["ys", "xs"]),
    "some by position": (lambda a, xs: 0, "ys", ["ys", "xs"]),
    "by argument": (lambda a, xs: 0, "a=ys", ["ys", "xs"]),
    "a parameter goes where it is named": (
        lambda xs, depth: 0,
        "params:deep.depth",
        ["xs", "params:deep.depth"],
    ),
    "a parameter before a dataset": (lambda a, k: 0, "params:k,ys", ["ys", "params:k"]),
    "a parameter by argument": (lambda xs, k: 0, "k=params:deep", ["xs", "params:deep"]),
    "a default that is skipped": (lambda z=1, *, xs: 0, None, {"xs": "xs"}),
    "keywords": (lambda xs, **more: 0, "b=ys", {"xs": "xs", "b": "ys"}),
    "no arguments": (lambda: 0, None, []),
}


@pytest.mark.parametrize("case", FUNCTIONS)
def test_inputs_of_a_function(case):
    func, text, wanted = FUNCTIONS[case]
    assert inputs_by_name(func, KNOWN, said(text)) == wanted


MISTAKES = {
    "too many": (lambda xs: 0, "xs,ys", "-i names 2 inputs, and '<lambda>' takes xs"),
    "an unknown argument": (
        lambda data: 0,
        "dta=xs",
        "no argument 'dta' - did you mean one of these instead: data",
    ),
    "a place or a name": (
        lambda a, xs: 0,
        "xs",
        "is it for the argument 'a', by its place, or for 'xs'.*-i a=xs",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_inputs_that_do_not_fit_a_function(mistake):
    func, text, told = MISTAKES[mistake]
    with pytest.raises(RequestError, match=told):
        inputs_by_name(func, KNOWN, said(text))


def helper(x):
    return x


NOTEBOOK = {"helper": helper, "math": math, "scale": 3, "ys": helper, "get_ipython": helper}


def of_cell(code, text=None, **options):
    return inputs_of_cell(names_of(ast.parse(code)), KNOWN, NOTEBOOK, said=said(text), **options)


CELLS = {
    "datasets and parameters": ("xs + k", None, {"xs": "xs", "k": "params:k"}, []),
    "variables, functions and modules stay": (
        "helper(xs) + scale + math.pi",
        None,
        {"xs": "xs"},
        ["helper", "scale", "math"],
    ),
    "a function that is called stays, though a dataset has its name": ("ys(1)", None, {}, ["ys"]),
    "a dataset that is not called is one, though a function has its name": ("ys", None, {"ys": "ys"}, []),
    "-i decides": ("ys(1)", "ys", {"ys": "ys"}, []),
    "a name with dots": ("raw", "a.raw", {"raw": "a.raw"}, []),
    "a transcoded name": ("model", "model@pickle", {"model": "model@pickle"}, []),
    "another variable": ("data", "data=xs", {"data": "xs"}, []),
    "a dataset to come": ("later", "later", {"later": "later"}, []),
    "built-in names": ("len(xs)", None, {"xs": "xs"}, []),
    "in the order of the lines": ("k\nxs", None, {"k": "params:k", "xs": "xs"}, []),
    "a name for a branch": ("if k:\n    xs = 1\nxs", None, {"k": "params:k", "xs": "xs"}, []),
    "global variables": ("global scale\nscale += k", None, {"k": "params:k"}, ["scale"]),
    "no names of IPython's": ("get_ipython()", None, {}, []),
}


@pytest.mark.parametrize("case", CELLS)
def test_names_of_a_cell(case):
    code, text, inputs, notebook = CELLS[case]
    found = of_cell(code, text)
    assert (found.inputs, list(found.notebook)) == (inputs, notebook)
    assert list(found.inputs) == list(inputs)


def test_a_node_s_function_does_not_hide_its_dataset():
    assert of_cell("ys(1)", is_node=lambda function: function is helper).inputs == {"ys": "ys"}


def test_a_pattern_of_the_catalog_makes_a_dataset():
    known = Known(catalog={"fits"})
    assert inputs_of_cell(names_of(ast.parse("fits")), known, {}, said=said(None)).inputs == {"fits": "fits"}


def test_what_a_cell_writes_and_may_read_is_its_own():
    assert of_cell("for x in ys:\n    xs = x\nxs", written=["xs"]).inputs == {"ys": "ys"}


CELL_MISTAKES = {
    "unknown": ("y = 1\nz = xz", None, (), "Line 2: 'xz' is no dataset.*xs.*-i xz"),
    "unknown in a function": ("f = lambda: scael", None, (), "Line 1: 'scael'.*scale"),
    "read too early": ("y = z\nz = 1", None, (), "Line 1: 'z' is read before it is assigned"),
    "a variable of the notebook changed": (
        "scale += 1",
        None,
        (),
        "reads 'scale' of the notebook and assigns it too",
    ),
    "a built-in name changed": ("sum = sum(xs)", None, (), "uses Python's own 'sum' and assigns it too"),
    "read and written": ("xs = sorted(xs)", None, ("xs",), "reads 'xs' and writes it too.*-o xs=new_xs"),
    "not read": ("y = 1", "xs", (), "-i names 'xs', which the cell does not read"),
    "assigned first": ("xs = 1\nxs", "xs", (), "does not read before it assigns it"),
    "a global input": ("def f():\n    global xs\n    xs = 1\nxs", None, (), "Line 2: 'xs' is an input"),
    "an attribute of its own name": ("class A:\n    xs = xs", None, (), "Line 2: 'xs' is an input"),
}


@pytest.mark.parametrize("mistake", CELL_MISTAKES)
def test_names_that_a_cell_cannot_have(mistake):
    code, text, written, told = CELL_MISTAKES[mistake]
    with pytest.raises(RequestError, match=told):
        of_cell(code, text, written=written)
