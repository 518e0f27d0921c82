from __future__ import annotations

import pytest


@pytest.fixture(params=["with jedi", "without jedi"])
def ready(cells, request, monkeypatch):
    monkeypatch.setattr(cells.shell.Completer, "use_jedi", request.param == "with jedi")
    cells.run(
        "class MyRunner(SequentialRunner): pass\n"
        "within = Pipeline([Node(mean, 'a', 'b', name='x')], namespace='ns')\n"
        "other = Pipeline([Node(mean, 'params:by', 'n', name='mean_too', tags='fast'), within])\ndel within\n"
        "io = DataCatalog()\n%kedro_save xs [1]\n%kedro_save ys [1]"
    )
    cells.run("%%kedro_params\nsplit:\n  ratio: 0.2\n")
    return cells


def offered(cells, line):
    """What the Tab key offers in the place of the last word."""
    stem = line[: max(line.rfind(sign) for sign in " =,") + 1]
    return {offer.removeprefix(stem) for offer in cells.offers(line)}


LINES = {
    "an option": ("%kedro_run --pip", {"--pipeline", "--pipelines"}),
    "an option of an assignment": ("r = %kedro_run --onl", {"--only-missing-outputs"}),
    "an option without the percent sign": ("kedro_run --onl", {"--only-missing-outputs"}),
    "an option after a flag": ("%kedro_run --async --onl", {"--only-missing-outputs"}),
    "an option in a later line": ("x = 1\n%kedro_run --onl", {"--only-missing-outputs"}),
    "a runner": ("%kedro_run --runner=T", {"ThreadRunner"}),
    "a runner after a space": ("%kedro_run --runner T", {"ThreadRunner"}),
    "a runner in the short form": ("%kedro_run -r T", {"ThreadRunner"}),
    "a runner with processes": ("%kedro_run --runner=P", {"ParallelRunner"}),
    "the flag for processes": ("%kedro_run --par", {"--parallel", "--params"}),
    "an argument of the runner with processes": (
        "%kedro_run --runner=ParallelRunner --runner-params=max",
        {"max_workers="},
    ),
    "an argument of the runner that a flag stands for": (
        "%kedro_run --parallel --runner-params=max",
        {"max_workers="},
    ),
    "a runner of the notebook": ("%kedro_run --runner=My", {"MyRunner"}),
    "a runner in another case": ("%kedro_run --runner=thread", {"ThreadRunner"}),
    "a pipeline": ("%kedro_run --pipeline=", {"statistics", "other"}),
    "the last of several pipelines": ("%kedro_run --pipelines=other,", {"statistics"}),
    "a node of the pipeline in the line": ("%kedro_run -p statistics --nodes=me", {"mean"}),
    "a node of any pipeline": ("%kedro_run --nodes=me", {"mean", "mean_too"}),
    "the last of several nodes": ("%kedro_run -p statistics --from-nodes=mean,", {"squares", "variance"}),
    "a tag": ("%kedro_run --tags=", {"slow", "fast"}),
    "a dataset to begin with": ("%kedro_run -p statistics --from-inputs=", {"xs", "m", "m2", "v"}),
    "a parameter to begin with": ("%kedro_run --from-inputs=xs,params:", {"params:by"}),
    "a dataset in a namespace": ("%kedro_run --to-outputs=ns.", {"ns.a", "ns.b"}),
    "a parameter": ("%kedro_run --params=", {"by=", "split=", "split.ratio="}),
    "an argument of the runner": ("%kedro_run --runner=ThreadRunner --runner-params=", {"max_workers="}),
    "a dataset with a version": ("%kedro_run --load-versions=x", {"xs:"}),
    "a catalog": ("%kedro_run --catalog=", {"io"}),
    "a file": ("%kedro_run --config=conf/", {"conf/run.yml", "conf/more/"}),
    "a dataset to load": ("%kedro_load x", {"xs"}),
    "another dataset to load": ("%kedro_load xs ", {"ys"}),
    "the option of load": ("%kedro_load xs --", {"--as"}),
    "a dataset to save, free inputs of pipelines among them": ("%kedro_save ", {"xs", "ys", "ns.a"}),
    "a dataset to list": ("%kedro_catalog y", {"ys"}),
    "a pipeline to draw": ("%kedro_pipeline sta", {"statistics"}),
}


@pytest.mark.parametrize("case", LINES)
def test_the_tab_key_offers(ready, case, tmp_path):
    (tmp_path / "conf/more").mkdir(parents=True)
    (tmp_path / "conf/run.yml").touch()
    line, wanted = LINES[case]
    assert offered(ready, line) == wanted


def test_the_tab_key_offers_runners_of_packages_and_imports_them_for_their_arguments(ready, monkeypatch):
    class Entry:
        name, value = "TheirRunner", "package.module:TheirRunner"
        loaded = 0

        def load(self):
            from kedro_nb.runner import ThreadRunner

            Entry.loaded += 1
            return type("TheirRunner", (ThreadRunner,), {})

    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [Entry()])
    assert offered(ready, "%kedro_run --runner=Th") == {"TheirRunner", "ThreadRunner"}
    assert not Entry.loaded
    assert offered(ready, "%kedro_run -r TheirRunner --runner-params=") == {"max_workers="}


@pytest.fixture
def with_nodes(cells):
    """Two nodes that were made of cells, and what they read."""
    cells.run("%reset_selective -f ^statistics$")
    cells.run("%kedro_save companies [3, 1, None]")
    cells.run("%%kedro_params\nratio: 0.5\ndeep: {depth: 4}")
    cells.run("%%kedro_node -t slow -o cleaned\ndef clean(companies): return 1")
    cells.run("%%kedro_node -p late -ns ns -o got\ndef wait(wanted): return 1")
    return cells


OF_NODES = {
    "an option": ("%%kedro_node clean --out", {"--outputs"}),
    "a name that is there": ("%%kedro_node cl", {"clean"}),
    "an option that is not used yet": (
        "%%kedro_node x -o y --",
        {"--inputs", "--tags", "--pipeline", "--namespace"},
    ),
    "a dataset to read": ("%%kedro_node x -i c", {"cleaned", "companies"}),
    "a parameter to read": (
        "%%kedro_node x -i a=cleaned,depth=params:d",
        {"params:deep", "params:deep.depth"},
    ),
    "a dataset that somebody waits for": ("%%kedro_node x --outputs=w", {"wanted"}),
    "a tag": ("%%kedro_node x --tags ", {"slow"}),
    "a pipeline": ("%%kedro_node x -p ", {"__default__", "late"}),
    "a namespace": ("%%kedro_node x -ns ", {"ns"}),
    "a node to forget": ("%kedro_forget cl", {"clean"}),
    "another node to forget": ("%kedro_forget clean ", {"ns.wait", "--all"}),
    "a pipeline to list": ("%kedro_nodes --pipeline=l", {"late"}),
    "the option of the list": ("%kedro_nodes -", {"--pipeline"}),
}


@pytest.mark.parametrize("case", OF_NODES)
def test_the_tab_key_offers_nodes_and_what_they_need(with_nodes, case):
    line, wanted = OF_NODES[case]
    assert offered(with_nodes, line) == wanted


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_the_older_way_of_asking_gives_the_same(ready):
    _, matches = ready.shell.complete(None, "%kedro_run -p statistics --nodes=mean,")
    assert set(matches) == {"squares", "variance"}


def test_an_option_that_is_used_is_not_offered_again(ready):
    assert not [offer for offer in ready.offers("%kedro_run --async --") if offer.endswith("--async")]


def test_python_is_completed_as_ever(ready):
    assert "statistics" in ready.offers("stati")


def test_variables_are_offered_in_an_expression(ready):
    assert ready.offers("%kedro_save xs [1] + stati") == ["%kedro_save xs [1] + statistics"]


def test_a_broken_object_does_not_disturb(ready):
    ready.run("class Bad(Pipeline):\n    def __init__(self): pass\nbad = Bad()")
    ready.offers("%kedro_run --nodes=")
    assert "%kedro_run --pipeline=statistics" in ready.offers("%kedro_run --pipeline=sta")
