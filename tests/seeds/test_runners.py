"""What the pages say of runners: the built-in ones, async mode and running from Python."""

from __future__ import annotations

import os
import threading

import pytest

from kedro_nb.io import AbstractDataset, DataCatalog, MemoryDataset
from kedro_nb.pipeline import Node, Pipeline
from kedro_nb.runner import AbstractRunner, ParallelRunner, SequentialRunner, ThreadRunner

TIMEOUT = 10  # seconds that a meeting may take before it counts as missed


def xs():
    return DataCatalog({"xs": MemoryDataset([1, 2, 3])})


@pytest.mark.parametrize("runner", [SequentialRunner, ThreadRunner, ParallelRunner])
def test_runners_all_inherit_from_abstract_runner(runner):
    assert issubclass(runner, AbstractRunner)


@pytest.mark.parametrize("runner", [SequentialRunner, ThreadRunner, ParallelRunner])
def test_runners_provide_a_consistent_interface(cell, runner):
    result = runner().run(pipeline=cell.variables["pipeline"], catalog=xs())
    assert repr(result) == "{'v': 0.666666666666667}"


def test_sequential_runner_executes_nodes_one_by_one_based_on_their_dependencies(cell):
    pipeline, calls = cell.variables["pipeline"], []
    for node in pipeline.nodes:
        node.func = watched(node.func, calls)
    SequentialRunner().run(pipeline, xs())
    assert [name for _, name in calls[::2]] == ["len", "mean", "mean_of_squares", "variance"]
    assert all(begin == ("begin", name) for begin, (_, name) in zip(calls[::2], calls[1::2], strict=True))


def watched(func, calls):
    """The function, its calls written down."""

    def call(*values):
        calls.append(("begin", func.__name__))
        result = func(*values)
        calls.append(("end", func.__name__))
        return result

    return call


def test_thread_runner_executes_nodes_concurrently():
    meeting = threading.Barrier(2, timeout=TIMEOUT)

    def meet(_):
        meeting.wait()
        return threading.get_ident()

    both = Pipeline([Node(meet, "xs", "a"), Node(meet, "xs", "b")])
    ThreadRunner().run(both, xs())
    assert not meeting.broken


def test_parallel_runner_executes_nodes_in_other_processes():
    def process(_):
        return os.getpid()

    result = ParallelRunner().run(Pipeline([Node(process, "xs", "a")]), xs())
    assert result["a"].load() != os.getpid()


def test_run_always_returns_the_names_of_the_outputs_and_not_their_data(cell):
    output_dataset_names = SequentialRunner().run(cell.variables["pipeline"], xs())
    assert list(output_dataset_names) == ["v"]
    assert isinstance(output_dataset_names["v"], MemoryDataset)


class Meeting(AbstractDataset):
    """A dataset that can only be loaded and saved while two others are: they wait for each other."""

    def __init__(self, barrier):
        self.barrier = barrier

    def _load(self):
        self.barrier.wait()
        return 1

    def _save(self, data):
        self.barrier.wait()

    def _describe(self):
        return {}


def test_async_mode_loads_the_inputs_and_saves_the_outputs_of_a_node_together(cell):
    loads, saves = threading.Barrier(3, timeout=TIMEOUT), threading.Barrier(3, timeout=TIMEOUT)
    cell.variables |= {"func": lambda *values: values, "node": Node}
    node = cell("""node(func, ["a", "b", "c"], ["d", "e", "f"])""")
    catalog = DataCatalog({name: Meeting(loads if name in "abc" else saves) for name in "abcdef"})
    SequentialRunner(is_async=True).run(Pipeline([node]), catalog)
    assert not loads.broken
    assert not saves.broken


def test_async_mode_of_the_newer_page_spells_node_as_a_class(cell):
    cell("from kedro.pipeline import Node")
    cell.variables["func"] = lambda *values: values
    node = cell("""Node(func, ["a", "b", "c"], ["d", "e", "f"])""")
    assert node.run({"a": 1, "b": 2, "c": 3}) == {"d": 1, "e": 2, "f": 3}


def test_async_mode_is_off_by_default(cell, lines):
    SequentialRunner().run(cell.variables["pipeline"], xs())
    assert not [message for _, message in lines() if "Asynchronous" in message]


def test_async_mode_is_enabled_through_the_runners_constructor(cell, lines):
    class KedroContext:
        """Stands in for the older pages' project context: it runs what it is given."""

        def run(self, runner):
            return runner.run(cell.variables["pipeline"], xs())

    cell.variables["KedroContext"] = KedroContext
    cell("""
    from kedro.runner import SequentialRunner

    class ProjectContext(KedroContext):
        def run(self, *args, **kwargs):
            kwargs["runner"] = SequentialRunner(is_async=True)
            # or ParallelRunner(is_async=True). By default, `is_async` is False.
            return super().run(*args, **kwargs)
    """)
    result = cell("ProjectContext().run()")
    assert repr(result) == "{'v': 0.666666666666667}"
    assert lines()[0] == (
        "kedro_nb.runner.sequential_runner",
        "Asynchronous mode is enabled for loading and saving data",
    )


def test_thread_runner_says_that_it_does_not_support_async_mode():
    with pytest.warns(UserWarning, match="'ThreadRunner' doesn't support .* asynchronously"):
        ThreadRunner(is_async=True)
