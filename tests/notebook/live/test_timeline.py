from __future__ import annotations

import re
from dataclasses import replace

from kedro_nb.notebook.live.timeline import CALL, LOAD, SAVE, timeline
from kedro_nb.pipeline import Node, Pipeline
from kedro_nb.runner.events import NodeFailed, NodeStarted, RunFinished

from .runs import abs_of, all_done, chain, finished, progress_of


def wide(count):
    return Pipeline([Node(abs_of, "x", f"y{i}", name=f"n{i}") for i in range(count)])


def spans(html):
    """Left and width of the bars, in percent."""
    return [tuple(map(float, found)) for found in re.findall(r"left:([\d.]+)%;width:([\d.]+)%", html)]


def test_every_worker_has_a_lane_with_its_nodes():
    progress = progress_of(p := wide(6), *all_done(p, workers=3), over=True)
    html = timeline(progress)
    lanes = html.split("<tr")[1:4]
    for number, lane in enumerate(lanes):
        assert f"worker-{number}" in lane
        assert re.findall(r'title="(n\d): ', lane) == [f"n{number}", f"n{number + 3}"]


def test_bars_stand_where_their_nodes_ran():
    one, two = (p := chain("one", "two")).nodes
    progress = progress_of(p, *finished(one, 1.0, 100.0), *finished(two, 3.0, 101.0), over=True)
    (left, width), (left2, width2) = spans(timeline(progress))
    assert left == 0
    assert left2 == 25
    assert 24.5 < width <= 25
    assert 74.5 < width2 <= 75


def test_a_bar_is_as_long_as_the_node_worked():
    """When the runner hears of the end is another matter, and not what the table tells."""
    (node,) = (p := chain("one")).nodes
    *begun, end = finished(node, 2.0)
    late = replace(end, time=104.0)
    ((left, width),) = spans(timeline(progress_of(p, *begun, late, over=True)))
    assert left == 0
    assert 49.5 < width <= 50


def test_a_bar_is_split_into_load_call_and_save():
    (node,) = (p := chain("one")).nodes
    html = timeline(progress_of(p, *finished(node, 4.0), over=True))
    bar = html[html.index('title="one') : html.index("</td>", html.index('title="one'))]
    assert f"background:{CALL}" in bar
    assert f"left:0;width:25.0%;background:{LOAD}" in bar
    assert f"right:0;width:25.0%;background:{SAVE}" in bar
    assert "load 1.00 s, call 2.00 s, save 1.00 s" in bar


def test_a_node_at_work_reaches_up_to_now():
    one, two = (p := chain("one", "two")).nodes
    progress = progress_of(p, *finished(one, 1.0), NodeStarted(101.0, two, "main"))
    left, width = spans(timeline(progress))[-1]
    assert 99 < left + width <= 100


def test_nothing_is_drawn_before_a_node_has_begun():
    assert timeline(progress_of(chain("one"))) == ""


def test_very_many_nodes_share_bars_and_none_is_lost():
    progress = progress_of(p := wide(2000), *all_done(p, 0.01, workers=4), over=True)
    html = timeline(progress)
    assert len(spans(html)) < 200
    assert len(html) < 40_000
    counted = sum(int(number) for number in re.findall(r'title="(\d+) nodes: ', html))
    assert counted + len(re.findall(r'title="n\d+: ', html)) == 2000


def test_a_failed_node_shares_its_bar_with_nobody():
    p = wide(1000)
    failed = p.nodes[500]
    done = [e for e in all_done(p, 0.01) if e.node is not failed]
    begun = next(e for e in all_done(p, 0.01) if e.node is failed)
    error = ValueError("no")
    progress = progress_of(
        p, *done, begun, NodeFailed(begun.time + 0.01, failed, error), RunFinished(110.0, error, None)
    )
    assert f'title="{failed.name}: failed after' in timeline(progress)


def test_bars_lie_within_their_lane():
    progress = progress_of(p := wide(700), *all_done(p, 0.001, workers=2), over=True)
    bars = spans(timeline(progress))
    assert min(left for left, _ in bars) >= 0
    assert max(left + width for left, width in bars) <= 100.01
