"""The picture of a run too large to show every node: one box for each namespace or tag."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kedro_nb.notebook.drawing.layout import lay_out
from kedro_nb.notebook.drawing.palette import EDGE, STATES, WORDS
from kedro_nb.notebook.drawing.picture import Picture, Spot, in_frame
from kedro_nb.notebook.drawing.shapes import arrow_heads, edge_lines
from kedro_nb.notebook.drawing.words import escape, printable, shorten
from kedro_nb.pipeline.transcoding import strip_transcoding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro_nb.notebook.drawing.layout import Layout
    from kedro_nb.pipeline import Node, Pipeline

_MOST = 40  # groups
_WIDTH, _HEIGHT = 204, 58
_BAR = _WIDTH - 24
_FONT = 12
_ORDER = ("done", "skipped", "saving", "running", "loading", "failed", "cancelled")


class Groups(Picture):
    """Boxes with a bar of how far their nodes are."""

    def __init__(self, members: Mapping[str, list[str]], layout: Layout, caption: str) -> None:
        super().__init__(layout.width, layout.height)
        self.caption = caption
        self._members = members
        self._places = dict(zip(members, layout.centres, strict=True))
        boxes, names = [], []
        for name, (x, y) in self._places.items():
            left, top = x - _WIDTH // 2, y - _HEIGHT // 2
            boxes.append(f"<rect x='{left}' y='{top}' width='{_WIDTH}' height='{_HEIGHT}' rx='6'/>")
            label = shorten(printable(name), _FONT, _BAR, bold=True)
            names.append(f"<text x='{x}' y='{y - 12}'>{escape(label)}</text>")
            if label != name:
                self.spots.append(Spot(name, left, top, _WIDTH, _HEIGHT))
        lines = (
            f"<path d='{edge_lines(layout.routes)}' fill='none' stroke='{EDGE}' stroke-width='1.2'/>"
            f"<path d='{arrow_heads(layout.routes)}' fill='{EDGE}'/>"
            if layout.routes
            else ""
        )
        self._static = (
            f"{lines}<g fill='#f4f4f1' stroke='#9d9d96'>{''.join(boxes)}</g>"
            f"<g font-size='{_FONT}' font-weight='600' fill='#1f2a37'>{''.join(names)}</g>"
        )

    def draw(self, states: Mapping[str, str], words: Mapping[str, str]) -> str:  # noqa: ARG002 - no room for words
        """The picture with the number of nodes in each state."""
        bars, told = [], []
        for name, (x, y) in self._places.items():
            count = Counter(states.get(node, "waiting") for node in self._members[name])
            bars.append(_bar(x - _BAR // 2, y - 4, count))
            told.append(f"<text x='{x}' y='{y + 20}'>{escape(_words(count))}</text>")
        texts = f"<g font-size='10.5' fill='#4a4a4a'>{''.join(told)}</g>"
        return in_frame(self, self._static + "".join(bars) + texts)


def group_picture(pipeline: Pipeline) -> Groups | None:
    """The nodes by namespace or else by tag; None where neither makes a handful of groups."""
    for what, grouped in (("namespace", _by_namespace(pipeline.nodes)), ("tag", _by_tag(pipeline.nodes))):
        if grouped and 1 < len(grouped) <= _MOST:
            members = {name: [node.name for node in nodes] for name, nodes in grouped.items()}
            edges = _edges(pipeline, members)
            layout = lay_out([(_WIDTH, _HEIGHT)] * len(members), edges)
            count = f"{len(pipeline.nodes)} nodes in {len(members)} groups, by {what}"
            return Groups(members, layout, count)
    return None


def _by_namespace(nodes: list[Node]) -> dict[str, list[Node]]:
    """As deep as the groups stay few; nothing when most nodes have no namespace."""
    if 2 * sum(node.namespace is None for node in nodes) > len(nodes):
        return {}
    best: dict[str, list[Node]] = {}
    for depth in range(1, 6):
        groups: dict[str, list[Node]] = {}
        for node in nodes:
            parts = (node.namespace or "").split(".")
            groups.setdefault(".".join(parts[:depth]) or "(no namespace)", []).append(node)
        if len(groups) > _MOST or len(groups) == len(best):
            break
        best = groups
    return best


def _by_tag(nodes: list[Node]) -> dict[str, list[Node]]:
    """Each node under its own set of tags where those are few, else under its most common tag."""
    if 2 * sum(not node.tags for node in nodes) > len(nodes):
        return {}
    whole: dict[str, list[Node]] = {}
    for node in nodes:
        whole.setdefault(", ".join(sorted(node.tags)) or "(no tag)", []).append(node)
    if len(whole) <= _MOST:
        return whole
    uses = Counter(tag for node in nodes for tag in node.tags)
    common: dict[str, list[Node]] = {}
    for node in nodes:
        tag = max(sorted(node.tags), key=uses.__getitem__, default="(no tag)")
        common.setdefault(tag, []).append(node)
    return common


def _edges(pipeline: Pipeline, members: Mapping[str, list[str]]) -> list[tuple[int, int]]:
    """Who reads from whom. Groups may feed each other both ways: all edges run from the one that begins first."""
    group = {node: place for place, names in enumerate(members.values()) for node in names}
    writer = {strip_transcoding(name): group[node.name] for node in pipeline.nodes for name in node.outputs}
    pairs: dict[tuple[int, int], None] = {}
    for node in pipeline.nodes:
        reader = group[node.name]
        for name in node.inputs:
            source = writer.get(strip_transcoding(name), reader)
            if source != reader:
                pairs[min(source, reader), max(source, reader)] = None
    return list(pairs)


def _bar(left: int, top: int, count: Counter[str]) -> str:
    total = count.total()
    drawn = [f"<rect x='{left}' y='{top}' width='{_BAR}' height='8' fill='#dcdcd8'/>"]
    x = float(left)
    for state in _ORDER:
        if count[state]:
            width = _BAR * count[state] / total
            drawn.append(
                f"<rect x='{x:.1f}' y='{top}' width='{width:.1f}' height='8' fill='{STATES[state].strong}'/>"
            )
            x += width
    return "".join(drawn)


def _words(count: Counter[str]) -> str:
    ready = count["done"] + count["skipped"]
    working = count["loading"] + count["running"] + count["saving"]
    told = [f"{ready} of {count.total()} done"]
    told += [f"{working} running"] if working else []
    told += [f"{count[state]} {WORDS.get(state, state)}" for state in ("failed", "cancelled") if count[state]]
    return ", ".join(told)
