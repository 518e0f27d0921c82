"""Hooks around nodes and datasets: when, with what, in which order."""

import pluggy
import pytest

from kedro_nb.hooks import TaskHooks, create_hook_manager, hook_impl
from kedro_nb.io import DataCatalog
from kedro_nb.pipeline import node, pipeline

from .conftest import Diary


def double(x):
    return x * 2


def fail(x):
    raise ValueError("no")


class Spy:
    """Writes down every call with what it was given."""

    def __init__(self, diary):
        self.calls = diary

    @hook_impl
    def before_node_run(self, node, catalog, inputs, is_async, run_id):
        self.calls.append(("before_node_run", node.name, dict(inputs), run_id))

    @hook_impl
    def after_node_run(self, node, catalog, inputs, outputs, is_async, run_id):
        self.calls.append(("after_node_run", node.name, dict(inputs), dict(outputs), run_id))

    @hook_impl
    def on_node_error(self, error, node, catalog, inputs, is_async, run_id):
        self.calls.append(("on_node_error", node.name, repr(error), dict(inputs)))

    @hook_impl
    def before_dataset_loaded(self, dataset_name, node):
        self.calls.append(("before_dataset_loaded", dataset_name, node.name))

    @hook_impl
    def after_dataset_loaded(self, dataset_name, data, node):
        self.calls.append(("after_dataset_loaded", dataset_name, data, node.name))

    @hook_impl
    def before_dataset_saved(self, dataset_name, data, node):
        self.calls.append(("before_dataset_saved", dataset_name, data, node.name))

    @hook_impl
    def after_dataset_saved(self, dataset_name, data, node):
        self.calls.append(("after_dataset_saved", dataset_name, data, node.name))


def run(runner, nodes, *plugins, **data):
    catalog = DataCatalog(data or {"x": 1})
    return runner.run(pipeline(nodes), catalog, create_hook_manager(*plugins), run_id="r1")


def test_every_moment_of_a_node_in_order(runner, diary):
    spy = Spy(diary)
    run(runner, [node(double, "x", "y", name="n")], spy)
    assert spy.calls.items() == [
        ("before_dataset_loaded", "x", "n"),
        ("after_dataset_loaded", "x", 1, "n"),
        ("before_node_run", "n", {"x": 1}, "r1"),
        ("after_node_run", "n", {"x": 1}, {"y": 2}, "r1"),
        ("before_dataset_saved", "y", 2, "n"),
        ("after_dataset_saved", "y", 2, "n"),
    ]


def test_an_error_is_told_with_the_inputs(runner, diary):
    spy = Spy(diary)
    with pytest.raises(ValueError):
        run(runner, [node(fail, "x", "y", name="n")], spy)
    assert spy.calls.items()[-1] == ("on_node_error", "n", "ValueError('no')", {"x": 1})


def test_the_hooks_are_those_that_kedro_fires(runner, diary, tmp_path):
    """The same plugin in Kedro sees the same moments."""
    from kedro.framework.hooks import hook_impl as kedro_impl
    from kedro.framework.hooks.manager import _create_hook_manager
    from kedro.io import DataCatalog as KedroCatalog
    from kedro.io import MemoryDataset as KedroMemory
    from kedro.pipeline import Pipeline as KedroPipeline
    from kedro.pipeline import node as kedro_node
    from kedro.runner import SequentialRunner as KedroSequential

    class KedroSpy(Spy):
        pass

    for name in TaskHooks.NAMES:
        setattr(KedroSpy, name, kedro_impl(getattr(Spy, name)))
    theirs, ours = KedroSpy(Diary(tmp_path / "theirs.txt")), Spy(diary)
    manager = _create_hook_manager()
    manager.register(theirs)
    KedroSequential().run(
        KedroPipeline([kedro_node(double, "x", "y", name="n"), kedro_node(double, "y", "z", name="m")]),
        KedroCatalog({"x": KedroMemory(1)}),
        manager,
        run_id="r1",
    )
    run(runner, [node(double, "x", "y", name="n"), node(double, "y", "z", name="m")], ours)
    assert ours.calls.items() == theirs.calls.items()


def test_before_node_run_may_replace_inputs(runner):
    class Replace:
        @hook_impl
        def before_node_run(self, inputs):
            return {"x": inputs["x"] + 10}

    assert run(runner, [node(double, "x", "y")], Replace()).load() == {"y": 22}


def test_before_node_run_must_return_a_dict(runner):
    class Wrong:
        @hook_impl
        def before_node_run(self):
            return 3

    with pytest.raises(TypeError, match=r"must return either None or a dictionary.*'int'"):
        run(runner, [node(double, "x", "y")], Wrong())


def test_the_last_plugin_registered_is_called_first(runner, diary):

    class Plugin:
        def __init__(self, name):
            self.name = name

        @hook_impl
        def before_node_run(self):
            diary.append(self.name)

    run(runner, [node(double, "x", "y")], Plugin("first"), Plugin("second"))
    assert diary.items() == ["second", "first"]


def test_tryfirst_and_wrappers_are_respected(runner, diary):

    class Wrapper:
        @hook_impl(wrapper=True)
        def before_node_run(self):
            diary.append("in")
            result = yield
            diary.append("out")
            return result

    class Early:
        @hook_impl(tryfirst=True)
        def before_node_run(self):
            diary.append("early")

    class Late:
        @hook_impl
        def before_node_run(self):
            diary.append("late")

    run(runner, [node(double, "x", "y")], Early(), Late(), Wrapper())
    assert diary.items() == ["in", "early", "late", "out"]


def test_a_manager_of_somebody_elses_works(runner, diary):
    from kedro_nb.hooks import HOOK_NAMESPACE, HookSpecs

    spy, manager = Spy(diary), pluggy.PluginManager(HOOK_NAMESPACE)
    manager.add_hookspecs(HookSpecs)
    manager.register(spy)
    runner.run(pipeline([node(double, "x", "y", name="n")]), DataCatalog({"x": 1}), manager)
    assert len(spy.calls.items()) == 6


def test_monitoring_of_hook_calls_sees_them_all(local_runner, diary):
    seen, manager = [], create_hook_manager(Spy(diary))
    manager.add_hookcall_monitoring(lambda name, *_: seen.append(name), lambda *_: None)
    local_runner.run(pipeline([node(double, "x", "y", name="n")]), DataCatalog({"x": 1}), manager)
    assert seen.count("before_node_run") == 1


def test_a_hook_that_keeps_data_keeps_its_own(local_runner):
    kept = []

    class Keep:
        @hook_impl
        def after_dataset_saved(self, data):
            kept.append(data)

    class Box:
        def __init__(self):
            self.items = list(range(2000))

    def spoil(box):
        box.items.clear()
        return 1

    run(local_runner, [node(Box, None, "box"), node(spoil, "box", "y")], Keep(), x=1)
    assert len(kept[0].items) == 2000


def test_nobody_listening_costs_nothing():
    assert not TaskHooks(None)
    assert not TaskHooks(create_hook_manager(object()))


def test_an_implementation_without_a_body_is_nobody():
    class Empty:
        @hook_impl
        def before_node_run(self, node, inputs):
            """Not yet."""

        @hook_impl
        def after_node_run(self):
            pass

    assert not TaskHooks(create_hook_manager(Empty()))


@pytest.mark.parametrize(
    "body",
    [lambda self: {}, lambda self: 3, lambda self, inputs: inputs, lambda self: (yield), lambda self: "doc"],
)
def test_an_implementation_that_does_the_least_thing_is_somebody(body):
    plugin = type("Plugin", (), {"before_node_run": hook_impl(body)})()
    assert TaskHooks(create_hook_manager(plugin)).before_node_run is not None


def test_a_docstring_that_is_returned_is_a_body():
    class Returns:
        @hook_impl
        def before_node_run(self):
            "doc"
            return "doc"

    assert TaskHooks(create_hook_manager(Returns())).before_node_run is not None


def test_data_saved_by_a_hook_counts_as_input(local_runner):
    class Provide:
        @hook_impl
        def before_dataset_loaded(self, dataset_name, node):
            catalog.save(dataset_name, 21)

    from kedro_nb.io import MemoryDataset

    catalog = DataCatalog({"x": MemoryDataset()})
    result = local_runner.run(pipeline([node(double, "x", "y")]), catalog, create_hook_manager(Provide()))
    assert result.load() == {"y": 42}
