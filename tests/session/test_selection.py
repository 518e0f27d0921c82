"""From names to the nodes that run."""

import pytest

from kedro_nb.errors import OutputNotUniqueError, RequestError
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.session import RunRequest, Session


def one(name, **options):
    return Pipeline([node(abs, f"in_{name}", f"out_{name}", name=name, **options)])


def names(pipeline):
    return [each.name for each in pipeline.nodes]


def test_without_a_name_the_default_pipeline_runs():
    assert names(Session(pipelines={"a": one("a"), "__default__": one("b")}).pipeline()) == ["b"]


def test_without_a_default_pipeline_the_only_one_runs():
    assert names(Session(pipelines={"a": one("a")}).pipeline()) == ["a"]


def test_one_pipeline_under_two_names_is_still_the_only_one():
    pipeline = one("a")
    assert Session().pipeline(extra={"p": pipeline, "q": pipeline}) is pipeline


def test_without_a_name_and_a_default_the_error_lists_the_pipelines():
    with pytest.raises(RequestError, match=r"Which pipeline.*: a, b. Name one with --pipeline"):
        Session(pipelines={"a": one("a"), "b": one("b")}).pipeline()


def test_without_any_pipeline_the_error_says_how_to_make_one():
    with pytest.raises(RequestError, match=r"no pipeline to run yet. Make one with Pipeline\("):
        Session().pipeline()


def test_a_registered_pipeline_goes_before_one_found_elsewhere():
    assert names(Session(pipelines={"a": one("a")}).pipeline(["a"], {"a": one("b")})) == ["a"]


def test_pipelines_found_elsewhere_are_used_by_name():
    assert names(Session(pipelines={"a": one("a")}).pipeline(["b"], {"b": one("b")})) == ["b"]


def test_several_pipelines_run_together():
    both = Session(pipelines={"a": one("a"), "b": one("b")}).pipeline(["b", "a", "b"])
    assert names(both) == ["a", "b"]


def test_pipelines_that_do_not_fit_together_say_so():
    session = Session(pipelines={"a": one("a"), "b": Pipeline([node(abs, "x", "out_a", name="b")])})
    with pytest.raises(OutputNotUniqueError, match="out_a"):
        session.pipeline(["a", "b"])


PIPELINE = Pipeline(
    [
        node(abs, "raw", "clean@csv", name="clean", tags="early"),
        node(abs, "clean@pandas", "features", name="features", namespace="prep"),
        node(abs, "features", "model", name="train", tags=["late", "slow"]),
        node(abs, "model", None, name="report", tags="late"),
    ]
)


@pytest.mark.parametrize(
    ("request_", "kept"),
    [
        (RunRequest(), ["clean", "prep.features", "train", "report"]),
        (RunRequest(tags="late"), ["train", "report"]),
        (RunRequest(tags=("early", "slow")), ["clean", "train"]),
        (RunRequest(node_names=("train", "clean")), ["clean", "train"]),
        (RunRequest(from_nodes="train"), ["train", "report"]),
        (RunRequest(to_nodes="prep.features"), ["clean", "prep.features"]),
        (RunRequest(from_inputs="features"), ["train", "report"]),
        (RunRequest(from_inputs="clean"), ["prep.features", "train", "report"]),
        (RunRequest(to_outputs="features"), ["clean", "prep.features"]),
        (RunRequest(namespaces="prep"), ["prep.features"]),
        (RunRequest(from_nodes="prep.features", to_nodes="train"), ["prep.features", "train"]),
        (RunRequest(from_nodes="train", tags="slow"), ["train"]),
    ],
    ids=str,
)
def test_each_filter_applies_to_the_whole_and_nodes_in_all_of_them_run(request_, kept):
    assert names(Session(pipelines={"p": PIPELINE}).select(request_)) == kept


@pytest.mark.parametrize(
    ("field", "name", "message"),
    [
        (
            "node_names",
            "trian",
            "There is no node 'trian' in the pipeline (--nodes) - did you mean one of these instead: train",
        ),
        ("from_nodes", "features", "(--from-nodes) - did you mean one of these instead: prep.features"),
        ("to_nodes", "x", "(--to-nodes). There are: clean, prep.features, report, train."),
        (
            "from_inputs",
            "modle",
            "no dataset 'modle' in the pipeline (--from-inputs) - did you mean one of these instead: model",
        ),
        ("to_outputs", "x", "(--to-outputs). There are: "),
        ("tags", "lat", "no tag 'lat' in the pipeline (--tags) - did you mean one of these instead: late"),
        (
            "namespaces",
            "pre",
            "no namespace 'pre' in the pipeline (--namespaces) - did you mean one of these instead: prep. The only",
        ),
        (
            "pipelines",
            "mian",
            "no pipeline 'mian' - did you mean one of these instead: main. The only one is 'main'.",
        ),
    ],
)
def test_an_unknown_name_is_told_with_its_option_and_the_closest_ones(field, name, message):
    with pytest.raises(RequestError) as caught:
        Session(pipelines={"main": PIPELINE}).select(RunRequest(**{field: name}))
    assert message in str(caught.value)


def test_one_unknown_tag_among_known_ones_is_told():
    with pytest.raises(RequestError, match="no tag 'typo'"):
        Session(pipelines={"main": PIPELINE}).select(RunRequest(tags=("late", "typo")))


def test_a_default_node_name_may_be_given_without_its_hash():
    session = Session(pipelines={"p": Pipeline([node(abs, "a", "b"), node(str, "b", "c"), one("str_")])})
    (chosen,) = session.select(RunRequest(node_names="abs")).nodes
    assert chosen.func is abs
    assert session.select(RunRequest(from_nodes="str", to_nodes="str")).outputs() == {"c"}


def test_without_its_hash_a_name_that_two_nodes_have_is_told_with_both():
    session = Session(pipelines={"p": Pipeline([node(abs, "a", "b"), node(abs, "b", "c")])})
    with pytest.raises(RequestError, match=r"did you mean one of these instead: abs__.*, abs__"):
        session.select(RunRequest(node_names="abs"))


def test_when_no_node_is_left_the_filters_are_named():
    with pytest.raises(RequestError, match="No node passes --tags=early --from-nodes=train"):
        Session(pipelines={"main": PIPELINE}).select(RunRequest(tags="early", from_nodes="train"))


def test_a_pipeline_without_nodes_is_told():
    with pytest.raises(RequestError, match="The pipeline has no nodes"):
        Session(pipelines={"main": Pipeline([])}).select(RunRequest())


def test_long_lists_of_names_are_left_out():
    pipeline = Pipeline([node(abs, "a", f"b{i}", name=f"n{i}") for i in range(30)])
    with pytest.raises(RequestError) as caught:
        Session(pipelines={"p": pipeline}).select(RunRequest(node_names="xyz"))
    assert str(caught.value) == "There is no node 'xyz' in the pipeline (--nodes)."
