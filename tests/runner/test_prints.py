"""What nodes print becomes events, in order, and nothing else does."""

import asyncio
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from kedro_nb.io import DataCatalog, LambdaDataset
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner import SequentialRunner, ThreadRunner
from kedro_nb.runner.monitor import Monitor
from kedro_nb.runner.prints import INTERVAL, _Late, without_overwritten

from .conftest import Recorder
from .printing import run, talk, told


def test_prints_are_told_in_order_and_not_printed(runner, capsys):
    recorder = run(runner, talk)
    assert told(recorder) == "one\ntwo\nthree\nfour"
    assert told(recorder, stream="stderr") == "two\n"
    assert capsys.readouterr() == ("", "")


def test_all_of_it_is_told_between_the_start_and_the_end_of_the_node(runner):
    names = run(runner, talk).names("a")
    assert names[0] == "NodeStarted"
    assert names[-1] == "NodeFinished"
    assert "NodePrinted" in names


def test_what_a_node_printed_before_it_failed_is_told(runner):
    def fail():
        print("before", end="")
        raise RuntimeError("no")

    recorder = Recorder()
    with pytest.raises(RuntimeError):
        runner.run(
            pipeline([node(fail, None, "x", name="a")]),
            DataCatalog(),
            monitor=Monitor([recorder], captures=True),
        )
    assert told(recorder) == "before"
    assert recorder.names("a")[-1] == "NodeFailed"


def test_each_node_has_its_own_prints(runner):
    def say(word):
        def function():
            for _ in range(50):
                print(word)
            return word

        return function

    recorder = run(runner, None, *(node(say(word), None, word, name=word) for word in "abcd"))
    for word in "abcd":
        assert told(recorder, word) == f"{word}\n" * 50


def test_without_captures_nodes_print(local_runner, capsys):
    recorder = run(local_runner, talk, captures=False)
    assert told(recorder) == ""
    assert capsys.readouterr().out == "one\nthree\nfour"


def test_a_thread_that_the_only_node_started_prints_for_it(runner):
    def start():
        thread = threading.Thread(target=print, args=("from a thread",))
        thread.start()
        thread.join()
        return 1

    assert told(run(runner, start)) == "from a thread\n"


def test_a_thread_that_took_the_context_over_prints_for_its_node_even_beside_others():
    barrier = threading.Barrier(2)

    def say(word):
        async def function():
            barrier.wait(20)
            await asyncio.to_thread(print, word)
            barrier.wait(20)
            return word

        return function

    recorder = run(ThreadRunner(), None, *(node(say(word), None, word, name=word) for word in "ab"))
    assert (told(recorder, "a"), told(recorder, "b")) == ("a\n", "b\n")


def test_a_thread_of_which_nobody_knows_whose_it_is_prints(capsys):
    barrier = threading.Barrier(2)

    def start():
        barrier.wait(20)
        # In one piece: the other thread prints at the same time.
        thread = threading.Thread(target=print, args=("whose\n",), kwargs={"end": ""})
        thread.start()
        thread.join()
        barrier.wait(20)
        return 1

    recorder = run(ThreadRunner(), None, *(node(start, None, word, name=word) for word in "ab"))
    assert told(recorder, "a") + told(recorder, "b") == ""
    assert capsys.readouterr().out == "whose\nwhose\n"


def test_a_thread_that_was_there_before_the_run_prints(local_runner, capsys):
    go, done = threading.Event(), threading.Event()

    def other():
        go.wait(20)
        print("elsewhere")
        done.set()

    def wait():
        go.set()
        done.wait(20)
        return 1

    thread = threading.Thread(target=other)
    thread.start()
    recorder = run(local_runner, wait)
    thread.join()
    assert told(recorder) == ""
    assert capsys.readouterr().out == "elsewhere\n"


def test_what_datasets_print_belongs_to_the_node_that_loads_or_saves(local_runner, capsys):
    def load():
        print("load")
        return 1

    def save(_):
        time.sleep(0.01)
        print("save")

    catalog = DataCatalog(
        {"x": LambdaDataset(load=load, save=None), "y": LambdaDataset(load=None, save=save)}
    )
    nodes = [
        node(lambda x: x, "x", "y", name="a"),
        *(node(int, None, f"z{i}", name=f"z{i}") for i in range(5)),
    ]
    recorder = Recorder()
    local_runner.run(pipeline(nodes), catalog, monitor=Monitor([recorder], captures=True))
    assert told(recorder) == "load\nsave\n"
    assert capsys.readouterr().out == ""


def test_no_thread_is_left(local_runner):
    def chatter():
        for i in range(100):
            print(i)
            time.sleep(0.0005)
        return 1

    before = set(threading.enumerate())
    run(local_runner, chatter)
    assert {thread.name for thread in set(threading.enumerate()) - before} & {"kedro_nb-prints"} == set()


def test_the_thread_ends_also_when_the_run_ends_as_it_begins_to_tell():
    late = _Late(0.001)
    clear = late._wake.clear  # a moment between two lines

    def end_and_clear():
        late._over.set()  # what `close` does
        late._wake.set()
        clear()

    late._wake.clear = end_and_clear
    late.add(SimpleNamespace(tell=lambda: None))
    late._thread.join(20)
    assert not late._thread.is_alive()


def test_runs_side_by_side_keep_their_prints_apart():
    before = sys.stdout
    barrier = threading.Barrier(2)

    def say(word):
        def function():
            barrier.wait(20)
            print(word)
            barrier.wait(20)
            return 1

        return function

    def run_and_keep(word):
        recorders[word] = run(SequentialRunner(), say(word))

    recorders = {}
    threads = [threading.Thread(target=run_and_keep, args=(word,)) for word in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert {word: told(recorder) for word, recorder in recorders.items()} == {"one": "one\n", "two": "two\n"}
    assert sys.stdout is before


def test_a_node_that_prints_a_hundred_thousand_lines_makes_few_events(runner):
    def flood():
        for i in range(100_000):
            print(i)
        return 1

    recorder = run(runner, flood)
    assert told(recorder) == "".join(f"{i}\n" for i in range(100_000))
    seconds = recorder.events[-1].time - recorder.events[0].time
    assert recorder.names().count("NodePrinted") <= 30 + seconds / INTERVAL + 600_000 / 2**16


def test_a_line_is_told_while_the_node_goes_on(local_runner):
    heard = threading.Event()

    def listen(event):
        if getattr(event, "text", "").endswith("last\n"):
            heard.set()

    def function():
        for i in range(100):
            print(i)
        print("last")
        return heard.wait(20)

    monitor = Monitor([listen], captures=True)
    result = local_runner.run(pipeline([node(function, None, "heard")]), DataCatalog(), monitor=monitor)
    assert result.load() == {"heard": True}


def test_what_is_less_than_a_line_is_told_when_it_is_flushed(local_runner):
    heard = threading.Event()

    def listen(event):
        if getattr(event, "text", "") == "wait ":
            heard.set()

    def function():
        print("wait ", end="", flush=True)
        return heard.wait(20)

    monitor = Monitor([listen], captures=True)
    result = local_runner.run(pipeline([node(function, None, "heard")]), DataCatalog(), monitor=monitor)
    assert result.load() == {"heard": True}


def test_a_progress_bar_does_not_pile_up(runner):
    def progress():
        for i in range(10_000):
            sys.stderr.write(f"\r{i:5}")
            sys.stderr.flush()
        return 1

    text = told(run(runner, progress))
    assert text.endswith("\r 9999")
    assert len(text) < 10_000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\n", "plain\n"),
        ("\r10%\r20%", "\r20%"),
        ("10%\r20%\r", "\r20%\r"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("a\n10%\r20%\nb", "a\n20%\nb"),
        ("a\n\r10%\r20%", "a\n20%"),
    ],
)
def test_what_a_terminal_no_longer_shows_is_left_out(text, shown):
    assert without_overwritten(text) == shown


def test_what_a_listener_prints_is_printed(local_runner, capsys):
    def listen(event):
        print("*", end="")

    monitor = Monitor([listen], captures=True)
    local_runner.run(pipeline([node(talk, None, "x")]), DataCatalog(), monitor=monitor)
    assert set(capsys.readouterr().out) == {"*"}


@pytest.mark.usefixtures("caplog")
def test_a_listener_that_fails_does_not_break_a_print(local_runner):
    def listen(event):
        if type(event).__name__ == "NodePrinted":
            raise RuntimeError("no")

    monitor = Monitor([listen], captures=True)
    assert local_runner.run(pipeline([node(talk, None, "x")]), DataCatalog(), monitor=monitor).load() == {
        "x": 1
    }


def test_a_thread_that_a_node_left_behind_prints_when_the_run_is_over(capsys):
    go, threads = threading.Event(), []

    def leave():
        def late():
            go.wait(20)
            print("late")

        threads.append(threading.Thread(target=late))
        threads[0].start()
        return 1

    recorder = run(SequentialRunner(), leave)
    go.set()
    threads[0].join(20)
    assert told(recorder) == ""
    assert capsys.readouterr().out == "late\n"
