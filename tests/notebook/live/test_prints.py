from __future__ import annotations

from kedro_nb.notebook.live.prints import AllPrints, LastPrints, last_lines

from .runs import all_done, chain, printed, progress_of


def texts(*prints, most=10):
    return [line.text for line in last_lines([("stdout", text) for text in prints], most)[0]]


def test_lines_are_put_together_from_pieces():
    assert texts("one", " and two\nthr", "ee\n") == ["one and two", "three"]


def test_the_last_lines_are_kept_and_it_is_known_that_there_were_others():
    lines, before = last_lines([("stdout", f"{i}\n") for i in range(9)], 2)
    assert [line.text for line in lines] == ["7", "8"]
    assert before


def test_all_lines_are_all_lines():
    assert last_lines([("stdout", "a\nb\n")], 2) == ([("stdout", "a"), ("stdout", "b")], False)


def test_no_more_is_read_than_is_shown():
    class Prints(list):
        read = 0

        def __reversed__(self):
            for each in super().__reversed__():
                self.read += 1
                yield each

    prints = Prints([("stdout", "x" * 100)] * 10_000)
    last_lines(prints, 3, characters=500)
    assert prints.read < 10


def test_of_a_progress_bar_the_last_state_is_seen():
    assert texts("10%\r", "50%\r", "100%\n", "done\n") == ["100%", "done"]
    assert texts("10%\r50%\r") == ["50%"]


def test_colours_are_left_out():
    assert texts("\x1b[31mred\x1b[0m \x1b]8;;http://x\x07link\n") == ["red link"]


def test_the_other_stream_begins_a_line_of_its_own():
    lines, _ = last_lines([("stdout", "out"), ("stderr", "err\n"), ("stdout", "put\n")], 5)
    assert lines == [("stdout", "out"), ("stderr", "err"), ("stdout", "put")]


def test_a_very_long_line_is_cut():
    (line,) = texts("x" * 3000)
    assert len(line) < 600


def test_a_live_view_shows_the_last_lines_unfolded():
    """A fold would close with every update."""
    (node,) = (pipeline := chain("one")).nodes
    progress = progress_of(pipeline, *printed(node, *(f"line {i}\n" for i in range(9))))
    html = LastPrints().of(progress.nodes["one"])
    assert "line 8" in html
    assert "line 2" not in html
    assert "<details" not in html


def test_a_record_folds_what_is_more_than_a_line():
    (node,) = (pipeline := chain("one")).nodes
    progress = progress_of(
        pipeline, *printed(node, *(f"line {i}\n" for i in range(9))), *all_done(pipeline), over=True
    )
    html = AllPrints(5_000).of(progress.nodes["one"])
    assert "<details><summary" in html
    assert all(f"line {i}" in html for i in range(9))


def test_a_record_tells_of_the_last_lines_where_there_were_others():
    (node,) = (pipeline := chain("one")).nodes
    progress = progress_of(
        pipeline, *printed(node, *(f"line {i}\n" for i in range(300))), *all_done(pipeline), over=True
    )
    html = AllPrints(5_000).of(progress.nodes["one"])
    assert ">the last 100 lines: <code>line 299</code>" in html


def test_there_is_no_more_of_all_prints_than_there_is_room_for():
    pipeline = chain(*(f"n{i}" for i in range(50)))
    progress = progress_of(
        pipeline,
        *(e for n in pipeline.nodes for e in printed(n, "word " * 200)),
        *all_done(pipeline),
        over=True,
    )
    prints = AllPrints(8_000)
    html = "".join(prints.of(node) for node in list(progress.nodes.values())[:5])
    html += prints.of_others(progress, list(progress.nodes.values())[:5])
    assert len(html) < 16_000
    assert "more node" in html
