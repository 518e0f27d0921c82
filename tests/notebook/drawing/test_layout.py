import random
from itertools import combinations, pairwise

import pytest
from hypothesis import given

from kedro_nb.notebook.drawing import ordering
from kedro_nb.notebook.drawing.layout import components, lay_out
from kedro_nb.notebook.drawing.ordering import crossings, first_order, reduce_crossings
from kedro_nb.notebook.drawing.rows import WIDE, cut, ranks, route_cost, stagger

from .graphs import dags


def box(layout, sizes, shape):
    (x, y), (width, height) = layout.centres[shape], sizes[shape]
    return x - width // 2, y - height // 2, x + width // 2, y + height // 2


def overlap(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@given(dags())
def test_no_two_shapes_overlap(dag):
    sizes, edges, light = dag
    layout = lay_out(sizes, edges, light)
    boxes = [box(layout, sizes, shape) for shape in range(len(sizes))]
    assert not [pair for pair in combinations(boxes, 2) if overlap(*pair)]


@given(dags())
def test_every_edge_runs_down_from_the_foot_of_one_shape_to_the_head_of_the_other(dag):
    sizes, edges, light = dag
    layout = lay_out(sizes, edges, light)
    assert set(layout.routes) == set(edges)
    for (upper, lower), points in layout.routes.items():
        assert points[0] == (layout.centres[upper][0], box(layout, sizes, upper)[3])
        assert points[-1] == (layout.centres[lower][0], box(layout, sizes, lower)[1])
        assert all(start[1] <= end[1] for start, end in pairwise(points))


@given(dags())
def test_no_edge_runs_through_a_shape(dag):
    """Curves stay between the rows (their ends do, and they only go down); straight pieces miss all shapes."""
    sizes, edges, light = dag
    layout = lay_out(sizes, edges, light)
    boxes = [box(layout, sizes, shape) for shape in range(len(sizes))]
    for points in layout.routes.values():
        for start, end in list(pairwise(points))[1::2]:
            assert start[0] == end[0]
            assert not [one for one in boxes if overlap(one, (start[0] - 1, start[1], start[0] + 1, end[1]))]


@given(dags())
def test_everything_lies_within_the_picture(dag):
    sizes, edges, light = dag
    layout = lay_out(sizes, edges, light)
    spots = [spot for points in layout.routes.values() for spot in points]
    for shape in range(len(sizes)):
        left, top, right, bottom = box(layout, sizes, shape)
        spots += [(left, top), (right, bottom)]
    assert all(-1 <= x <= layout.width + 1 and 0 <= y <= layout.height for x, y in spots)


@given(dags())
def test_the_same_graph_is_laid_out_the_same_way_again(dag):
    sizes, edges, light = dag
    assert lay_out(sizes, edges, light) == lay_out(list(sizes), list(edges), set(light))


@given(dags())
def test_reordering_never_adds_crossings(dag):
    sizes, edges, _ = dag
    graph = cut(len(sizes), list(dict.fromkeys(edges)))
    graph.rows = first_order(graph)
    before = crossings(graph)
    reduce_crossings(graph)
    assert crossings(graph) <= before


def test_the_best_order_seen_stays(monkeypatch):
    dice = random.Random(3)
    edges = [
        (8 * row + dice.randrange(8), 8 * row + 8 + dice.randrange(8)) for row in range(10) for _ in range(16)
    ]
    seen = []

    def recorded(graph):
        seen.append(crossings(graph))
        return seen[-1]

    monkeypatch.setattr(ordering, "crossings", recorded)
    graph = cut(88, list(dict.fromkeys(edges)))
    reduce_crossings(graph)
    assert crossings(graph) == min(seen) < seen[-1]


def test_crossings_are_counted():
    graph = cut(4, [(0, 3), (1, 2)])
    assert graph.rows == [[0, 1], [2, 3]]
    assert crossings(graph) == 1


def test_crossings_that_need_not_be_are_removed():
    graph = cut(6, [(0, 5), (1, 4), (2, 3), (0, 4)])
    reduce_crossings(graph)
    assert crossings(graph) == 0


@given(dags())
def test_every_link_joins_neighbouring_rows_and_every_route_follows_links(dag):
    sizes, edges, _ = dag
    graph = cut(len(sizes), list(dict.fromkeys(edges)))
    row_of = {item: number for number, row in enumerate(graph.rows) for item in row}
    assert all(
        row_of[lower] == row_of[upper] + 1
        for upper, all_below in enumerate(graph.below)
        for lower in all_below
    )
    assert all(
        lower in graph.below[upper] for path in graph.routes.values() for upper, lower in pairwise(path)
    )


@given(dags())
def test_spreading_rows_adds_no_crossing_and_keeps_routes_on_links(dag):
    sizes, edges, _ = dag
    graph = cut(len(sizes), list(dict.fromkeys(edges)))
    spread = stagger(graph, [1 + number % 3 for number in range(len(graph.rows))])
    assert crossings(spread) == crossings(graph)
    assert all(
        lower in spread.below[upper] for path in spread.routes.values() for upper, lower in pairwise(path)
    )
    assert sorted(item for row in spread.rows for item in row if item < spread.real) == list(
        range(len(sizes))
    )


@given(dags())
def test_cost_is_known_before_anything_is_built(dag):
    sizes, edges, _ = dag
    edges = list(dict.fromkeys(edges))
    routes = cut(len(sizes), edges).routes
    assert route_cost(len(sizes), edges) == len(sizes) + sum(len(path) - 1 for path in routes.values())


def test_an_input_stands_right_above_its_first_reader():
    # 0 -> 1 -> 2 -> 3, and 4 is read by 3 alone
    assert ranks(5, [(0, 1), (1, 2), (2, 3), (4, 3)]) == [0, 1, 2, 3, 2]


def test_a_branch_sinks_as_a_whole():
    # 0 -> 1 -> 2 -> 3 -> 4, and 5 -> 6 -> 4
    assert ranks(7, [(0, 1), (1, 2), (2, 3), (3, 4), (5, 6), (6, 4)])[5:] == [2, 3]


def test_a_chain_is_a_straight_line():
    layout = lay_out([(40 + 2 * index, 20) for index in range(9)], [(index, index + 1) for index in range(8)])
    assert len({x for x, _ in layout.centres}) == 1


def test_a_diamond_is_symmetric():
    layout = lay_out([(40, 20)] * 4, [(0, 1), (0, 2), (1, 3), (2, 3)])
    (top, _), (left, _), (right, _), (bottom, _) = layout.centres
    assert top == bottom == pytest.approx((left + right) / 2, abs=1)


def test_a_light_shape_does_not_pull_its_reader_aside():
    layout = lay_out([(60, 20)] * 4, [(0, 1), (2, 1), (1, 3)], light={2})
    assert layout.centres[0][0] == layout.centres[1][0] == layout.centres[3][0]


def test_a_wide_row_is_spread_over_several():
    count = 40
    layout = lay_out([(80, 20)] * (count + 1), [(0, one) for one in range(1, count + 1)])
    assert layout.width < 1.5 * WIDE < count * 80
    assert len({y for _, y in layout.centres[1:]}) > 1


def test_parts_that_are_not_connected_stand_side_by_side_on_shelves():
    edges = [(2 * one, 2 * one + 1) for one in range(60)]
    layout = lay_out([(60, 20)] * 120, edges)
    assert len(components(120, edges)) == 60
    assert layout.width < 2 * layout.height < 8 * layout.width


def test_nothing_takes_no_room():
    layout = lay_out([], [])
    assert (layout.width, layout.height) == (0, 0)
