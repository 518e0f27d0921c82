"""What must not go wrong however odd the user's code is."""

import os
import threading
from dataclasses import dataclass

import pytest

from kedro_nb.errors import DatasetError
from kedro_nb.hooks import create_hook_manager, hook_impl
from kedro_nb.io import DataCatalog, JSONDataset, LambdaDataset, PickleDataset
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner import AbstractRunner, SequentialRunner, ThreadRunner
from kedro_nb.runner.monitor import Monitor


def double(x):
    return x * 2


def fail(x):
    raise ValueError("no")


@dataclass(frozen=True)
class Frozen(Exception):
    code: int


class Prickly:
    """An object that raises when anybody looks at it."""

    @property
    def shape(self):
        raise OSError("do not touch")

    def __repr__(self):
        raise OSError("do not look")


class Silent(Exception):
    def add_note(self, note):
        raise TypeError("no notes")


@pytest.mark.parametrize("error", [Frozen(5), Silent("quiet")])
def test_an_error_that_takes_no_notes_arrives_with_its_class_its_attributes_and_the_node(local_runner, error):
    def broken(x):
        raise error

    with pytest.raises(type(error)) as caught:
        local_runner.run(pipeline([node(broken, "x", "y")]), DataCatalog({"x": 1}))
    assert (str(caught.value), vars(caught.value).get("code")) == (str(error), getattr(error, "code", None))
    assert any("In node broken" in note for note in caught.value.__notes__)


def test_an_input_that_cannot_be_described_does_not_hide_the_error(runner):
    with pytest.raises(ValueError, match="no"):
        runner.run(pipeline([node(fail, "x", "y")]), DataCatalog({"x": Prickly()}))


def test_an_error_that_is_raised_again_is_explained_once(local_runner):
    error = ValueError("kept")

    def broken(x):
        raise error

    for _ in range(3):
        with pytest.raises(ValueError):
            local_runner.run(pipeline([node(broken, "x", "y")]), DataCatalog({"x": 1}))
    assert len(error.__notes__) == 1


def test_an_error_of_our_own_keeps_the_frame_it_comes_from(local_runner):
    with pytest.raises(ValueError, match="Failed to save outputs") as caught:
        local_runner.run(pipeline([node(double, "x", ["a", "b"])]), DataCatalog({"x": 1}))
    frames = []
    traceback = caught.value.__traceback__
    while traceback:
        frames.append(traceback.tb_frame.f_code.co_name)
        traceback = traceback.tb_next
    assert len(frames) == 2


def test_a_dataset_that_cannot_be_confirmed_ends_the_run(runner, tmp_path):
    catalog = DataCatalog({"x": 1, "f": PickleDataset(filepath=str(tmp_path / "f.pkl"))})
    with pytest.raises(DatasetError, match="does not have 'confirm' method"):
        runner.run(pipeline([node(double, "x", "f", confirms="x")]), catalog)


def test_a_listener_that_fails_does_not_fail_the_run(runner, caplog):
    def broken(event):
        raise RuntimeError("view gone")

    result = runner.run(pipeline([node(double, "x", "y")]), DataCatalog({"x": 1}), monitor=Monitor([broken]))
    assert result.load() == {"y": 2}
    assert "A listener failed at NodeStarted" in caplog.text


def test_the_resume_hint_includes_what_the_repeated_nodes_need(runner, tmp_path):
    """D is finished but runs again after R, and needs S's output, which is gone."""
    nodes = [
        node(double, "a", "r", name="R"),
        node(double, "a", "s", name="S"),
        node(lambda r, s: r + s, ["r", "s"], "d", name="D"),
        node(fail, ["r"], "u", name="U"),
    ]
    catalog = DataCatalog({"a": 1, "d": PickleDataset(filepath=str(tmp_path / "d.pkl"))})
    whole, monitor = pipeline(nodes), Monitor()
    with pytest.raises(ValueError):
        SequentialRunner().run(whole, catalog, monitor=monitor)
    assert monitor.resume.persisted_nodes == ("R", "S")
    fresh = DataCatalog({"a": 1, "d": PickleDataset(filepath=str(tmp_path / "d.pkl"))})
    mended = pipeline([*nodes[:3], node(double, "r", "u", name="U")])
    assert runner.run(mended.from_nodes(*monitor.resume.persisted_nodes), fresh).load() == {"d": 4, "u": 4}


def test_without_lending_a_failed_node_finds_its_input_as_it_was(runner):
    class Large:
        def __init__(self):
            self.items = list(range(3000))

    def spoil(large):
        large.items.clear()
        raise ValueError("after the change")

    catalog = DataCatalog()
    with pytest.raises(ValueError):
        runner.run(
            pipeline([node(Large, None, "large"), node(spoil, "large", "y")]),
            catalog,
            monitor=Monitor(lends=False),
        )
    assert len(catalog.load("large").items) == 3000


def test_a_lent_input_that_may_be_spoilt_is_told_in_the_error(local_runner):
    class Large:
        pass

    with pytest.raises(ValueError) as caught:
        local_runner.run(pipeline([node(Large, None, "large"), node(fail, "large", "y")]), DataCatalog())
    assert any("It had large without a copy" in note for note in caught.value.__notes__)


def test_what_a_node_returns_is_stored_as_it_was_returned(local_runner, tmp_path):
    """Also when the next node changes the same object while it is still being written."""
    model, slow = {"w": 0}, threading.Event()

    def first(x):
        model["w"] = 1
        return model, x

    def second(x):
        model["w"] = 2
        slow.set()
        return x

    held = []

    def save(data):
        if isinstance(local_runner, SequentialRunner) and local_runner._is_async:
            assert slow.wait(20)
        held.append(dict(data))

    catalog = DataCatalog({"x": 1, "file": LambdaDataset(load=None, save=save)})
    local_runner.run(
        pipeline([node(first, "x", ["file", "go"], name="a"), node(second, "go", "y", name="b")]), catalog
    )
    assert held == [{"w": 1}]


def test_a_file_that_is_written_under_another_name_is_read_after_that(runner, tmp_path):
    """Two entries for one file is how a state is carried from run to run."""

    class Slow(JSONDataset):
        def save(self, data):
            threading.Event().wait(0.05)
            super().save(data)

    path = str(tmp_path / "state.json")
    JSONDataset(filepath=path).save("old")
    catalog = DataCatalog({"a": 1, "out": Slow(filepath=path), "in": JSONDataset(filepath=path)})
    nodes = [
        node(lambda a: ("new", a), "a", ["out", "done"], name="w"),
        node(lambda state, done: state, ["in", "done"], "r", name="r"),
    ]
    assert runner.run(pipeline(nodes), catalog)["r"].load() == "new"


def test_skipping_everything_gives_what_there_is(runner, tmp_path):
    catalog = DataCatalog({"a": 1, "b": PickleDataset(filepath=str(tmp_path / "b.pkl"))})
    catalog.save("b", 2)
    whole = pipeline([node(double, "a", "b"), node(double, "b", "c")])
    assert runner.run(whole, catalog, only_missing_outputs=True).load() == {}


def test_a_generator_is_closed_when_saving_fails(request, local_runner):
    if "async" in request.node.callspec.id:
        return  # refused before the first node: test_behaviour shows it
    closed = []

    def chunks():
        try:
            yield 1
            yield 2
        finally:
            closed.append(True)

    def save(data):
        raise OSError("full")

    with pytest.raises(DatasetError) as kept:
        local_runner.run(
            pipeline([node(chunks, None, "y")]), DataCatalog({"y": LambdaDataset(load=None, save=save)})
        )
    assert closed == [True]
    assert kept.value.__cause__ is not None


def test_a_catalog_that_overrides_release_is_asked(local_runner):
    released = []

    class Audited(DataCatalog):
        def release(self, ds_name):
            released.append(ds_name)
            super().release(ds_name)

    local_runner.run(pipeline([node(double, "x", "y"), node(double, "y", "z")]), Audited({"x": 1}))
    assert released == ["y"]


def test_a_hook_that_names_an_input_wrongly_is_told(runner):
    class Typo:
        @hook_impl
        def before_node_run(self):
            return {"compnies": 1}

    with pytest.raises(ValueError, match=r"expected 1 input\(s\).*'compnies'.*companies"):
        runner.run(
            pipeline([node(double, "companies", "y", name="n")]),
            DataCatalog({"companies": 1}),
            create_hook_manager(Typo()),
        )


class Hooks:
    pass


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (lambda p, c: ([], c), r"runs a Pipeline, and not a 'list'.*pipeline\(\[node"),
        (lambda p, c: (p.nodes[0], c), "runs a Pipeline, and not a 'Node'"),
        (lambda p, c: (c, p), "The pipeline comes first and the catalog second"),
        (lambda p, c: (p, {"x": 1}), r"not from a 'dict'.*DataCatalog\(\{'name': data"),
        (lambda p, c: (p, c, Hooks()), "'Hooks' is no hook manager.*create_hook_manager"),
    ],
)
def test_wrong_arguments_are_told_in_the_users_words(runner, arguments, message):
    given = arguments(pipeline([node(double, "x", "y")]), DataCatalog({"x": 1}))
    with pytest.raises(TypeError, match=message):
        runner.run(*given)


def test_kedros_own_pipeline_is_told_apart(runner):
    from kedro.pipeline import Pipeline as KedroPipeline
    from kedro.pipeline import node as kedro_node

    with pytest.raises(TypeError, match=r"This Pipeline is Kedro's own: import it from kedro_nb.pipeline"):
        runner.run(KedroPipeline([kedro_node(double, "x", "y")]), DataCatalog({"x": 1}))


def test_a_runner_that_forgets_super_init_works():
    class Forgetful(AbstractRunner):
        def __init__(self):
            self.mine = True

    assert Forgetful().run(pipeline([node(double, "x", "y")]), DataCatalog({"x": 1})).load() == {"y": 2}


def test_a_runner_that_gives_no_executor_is_told():
    class Junk(AbstractRunner):
        def _get_executor(self, max_workers):
            return 3

    class Processes(AbstractRunner):
        def _get_executor(self, max_workers):
            from concurrent.futures import ProcessPoolExecutor

            return ProcessPoolExecutor(1)

    p, c = pipeline([node(double, "x", "y")]), DataCatalog({"x": 1})
    with pytest.raises(TypeError, match=r"Junk._get_executor gave a 'int', which is no executor"):
        Junk().run(p, c)
    with pytest.raises(TypeError, match="other processes do not see the catalog"):
        Processes().run(p, c)


def test_a_custom_run_may_take_keywords_and_call_hooks():
    seen = {}

    class Named(AbstractRunner):
        def _run(self, pipeline, catalog, *, run_id, **rest):
            seen.update(rest, run_id=run_id)
            rest["hook_manager"].hook.before_dataset_loaded(dataset_name="x", node=None)

    Named().run(pipeline([node(double, "x", "y")]), DataCatalog({"x": 1, "y": 2}), run_id="r")
    assert seen["run_id"] == "r"


@pytest.mark.parametrize("wrong", ["3", 2.5, 0])
def test_a_number_of_workers_is_a_whole_number(wrong):
    with pytest.raises(ValueError, match="max_workers should be positive"):
        ThreadRunner(max_workers=wrong)


def test_interrupts_at_any_moment_end_in_an_interrupt(local_runner):
    """Fifty of them: no hang, no error of our own, no thread left, and the hint leads to the right result."""
    import _thread

    whole = pipeline(
        [
            node(lambda x: [x], "x", "a", name="a"),
            *(node(lambda a, i=i: a[0] + i, "a", f"b{i}", name=f"b{i}") for i in range(12)),
            node(lambda *bs: sum(bs), [f"b{i}" for i in range(12)], "c", name="c"),
        ]
    )
    for delay in range(50):
        catalog, monitor = DataCatalog({"x": 1}), Monitor()
        timer = threading.Timer(delay * 2e-5, _thread.interrupt_main)
        try:
            timer.start()
            local_runner.run(whole, catalog, monitor=monitor)
            timer.join()
            threading.Event().wait(0.001)
        except KeyboardInterrupt:
            pass
        timer.cancel()
        timer.join()
        if monitor.resume is not None:
            local_runner.run(whole.from_nodes(*monitor.resume.nodes), catalog)
            assert catalog.load("c") == 78
    for thread in threading.enumerate():
        if thread.name.startswith("kedro_nb"):
            thread.join(20)
            assert not thread.is_alive()
    assert os.getpid()
