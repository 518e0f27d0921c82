"""What ran when and where: a lane for each worker, a bar for each node, split into load, call and save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_nb.notebook.drawing.words import escape, width_of
from kedro_nb.notebook.live.words import label_of, state_of, time_of
from kedro_nb.session.display import count_text, seconds_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kedro_nb.session import NodeProgress, RunProgress

LOAD, CALL, SAVE = "#2a8181", "#3f78bd", "#8560b5"  # grounds for white text, on light and on dark pages
_GROUNDS, _AT_WORK = {"done": CALL, "failed": "#c93434", "cancelled": "#9c5a2e"}, "#9a6700"
_LANES = 16
_BARS = 80  # in all lanes; with more nodes, neighbours share one
_THINNEST = 0.25  # percent of the width
_SPLIT = 1.5  # percent: a part of a bar that is thinner is not drawn on its own
_PIXELS = 850  # about how wide a lane is: to tell whether a name fits
_GAP = 0.12  # percent, between bars that touch
_TELLING = 0.001  # seconds: of a node that took less, the parts say nothing
_STEPS = (1, 2, 2.5, 5, 10)
_TABLE = "border-collapse:collapse;table-layout:auto;width:100%;margin:6px 0 0;color:inherit;font-size:12px"
_LANE = (
    "position:relative;height:16px;margin:0 0 3px;border-radius:2px;background:rgba(128,128,128,.12);"
    "line-height:16px;font-size:10px;white-space:nowrap"
)
_BAR = "position:absolute;height:16px"


def timeline(progress: RunProgress) -> str:
    """As HTML; nothing before the first node has begun."""
    start = progress.started
    lanes: dict[str, list[NodeProgress]] = {}
    for node in sorted((one for one in progress.nodes.values() if one.started is not None), key=_start):
        lanes.setdefault(node.worker, []).append(node)
    if start is None or not lanes:
        return ""
    now = start + max(progress.elapsed, 1e-6)
    scale = _Scale(start, now, _least_width(lanes))
    rows = "".join(_lane(worker, nodes, scale, progress) for worker, nodes in list(lanes.items())[:_LANES])
    more = f" and {count_text(len(lanes) - _LANES, 'more worker')}" if len(lanes) > _LANES else ""
    return f'<table style="{_TABLE}"><tbody>{rows}{_axis(scale)}</tbody></table>{_legend(more)}'


class _Scale:
    """Times as percent of the width."""

    def __init__(self, start: float, now: float, least: float) -> None:
        self.start = start
        self.now = now
        self.least = least  # neighbours that are together no wider share a bar
        self.seconds = now - start

    def at(self, time: float) -> float:
        return min(max(100 * (time - self.start) / self.seconds, 0.0), 100.0)


def _start(node: NodeProgress) -> float:
    return node.started or 0.0


def _end(node: NodeProgress, now: float) -> float:
    """When its work was over. The runner hears of it a little later, and the table tells of the work."""
    if node.state == "done":
        return _start(node) + node.seconds
    return node.ended or now


def _least_width(lanes: dict[str, list[NodeProgress]]) -> float:
    """How wide what shares a bar may be, so that there are not too many of them."""
    bars = sum(map(len, lanes.values()))
    return _THINNEST if bars <= _BARS else max(_THINNEST, 100.0 * min(len(lanes), _LANES) / _BARS)


def _lane(worker: str, nodes: Sequence[NodeProgress], scale: _Scale, progress: RunProgress) -> str:
    bars, group = [], [nodes[0]]
    left = scale.at(_start(nodes[0]))
    right = scale.at(_end(nodes[0], scale.now))
    crowded = scale.least > _THINNEST
    for node in nodes[1:]:
        begin, end = scale.at(_start(node)), scale.at(_end(node, scale.now))
        if crowded and end - left <= scale.least and node.state == "done" == group[-1].state:
            group.append(node)
        else:
            bars.append(_bar(group, left, right, progress))
            group, left = [node], begin
        right = end
    bars.append(_bar(group, left, right, progress))
    name = escape(worker)
    return (
        '<tr style="background:transparent"><td style="padding:0 10px 3px 0;width:1px;max-width:140px;'
        'overflow:hidden;text-overflow:ellipsis;white-space:nowrap;text-align:right;opacity:.7" '
        f'title="{name}">{name}</td><td style="padding:0;text-align:left">'
        f'<div style="{_LANE}">{"".join(bars)}</div></td></tr>'
    )


def _bar(nodes: list[NodeProgress], left: float, right: float, progress: RunProgress) -> str:
    width = max(right - left, _THINNEST)
    left = min(left, 100.0 - width)
    width -= _GAP if width > 5 * _GAP else 0.0
    place = f"left:{left:.2f}%;width:{width:.2f}%"
    if len(nodes) > 1:
        about = f"{count_text(len(nodes), 'node')}: {nodes[0].name} … {nodes[-1].name}"
        return f'<div title="{escape(about)}" style="{_BAR};{place};background:{CALL}"></div>'
    (node,) = nodes
    state = state_of(node)
    ground = _GROUNDS.get(state, _AT_WORK)
    label = label_of(node, progress)
    name = escape(label) if _fits(label, width) else ""
    inside = (
        f'<div style="position:relative;color:#fff;margin:0 3px;overflow:hidden">{name}</div>' if name else ""
    )
    return (
        f'<div title="{escape(_about(node))}" style="{_BAR};{place};background:{ground}">'
        f"{_parts(node, width)}{inside}</div>"
    )


def _fits(name: str, width: float) -> bool:
    """Whether most of the name can be read in a bar of so many percent."""
    room = width * _PIXELS / 100
    return room > 120 or width_of(name, 10) < room  # noqa: PLR2004 - pixels


def _about(node: NodeProgress) -> str:
    parts = (
        f" (load {seconds_text(node.load)}, call {seconds_text(node.call)}, save {seconds_text(node.save)})"
    )
    return f"{node.name}: {time_of(node)}{parts if node.state == 'done' and node.seconds >= _TELLING else ''}"


def _parts(node: NodeProgress, width: float) -> str:
    """Loading at the beginning and saving at the end, where they can be seen."""
    if node.started is None or not node.seconds:
        return ""
    load, save = _shares(node)
    drawn = ""
    for share, side, colour in ((load, "left", LOAD), (save, "right", SAVE)):
        if share * width >= _SPLIT:
            drawn += (
                f'<div style="position:absolute;height:16px;{side}:0;width:{100 * share:.1f}%;'
                f'background:{colour}"></div>'
            )
    return drawn


def _shares(node: NodeProgress) -> tuple[float, float]:
    """How much of its time went into loading and into saving, as far as it is known."""
    if node.state == "done":
        return node.load / node.seconds, node.save / node.seconds
    start = _start(node)
    end = node.ended or start + node.seconds
    whole = max(end - start, 1e-9)
    load = min(((node.loaded or end) - start) / whole, 1.0)
    return load, 0.0 if node.called is None else max((end - node.called) / whole, 0.0)


def _axis(scale: _Scale) -> str:
    step = _step(scale.seconds)
    marks, at = [], 0
    while at * step <= scale.seconds * 0.96:
        left = 100 * at * step / scale.seconds
        style = f"position:absolute;top:0;left:{left:.2f}%;white-space:nowrap"
        marks.append(f'<div style="{style}">{_time_text(at * step, step)}</div>')
        at += 1
    return (
        '<tr style="background:transparent"><td style="padding:0"></td><td style="padding:0">'
        '<div style="position:relative;height:14px;line-height:14px;font-size:10px;opacity:.65;text-align:left">'
        f"{''.join(marks)}</div></td></tr>"
    )


def _time_text(seconds: float, step: float) -> str:
    if not seconds:
        return "0"
    return f"{seconds * 1000:g} ms" if step < 0.001 else seconds_text(seconds)  # noqa: PLR2004 - a millisecond


def _step(seconds: float) -> float:
    """A round number of seconds, so that there are some five marks."""
    power = 10.0
    while power > seconds / 4:
        power /= 10
    return next((power * step for step in _STEPS if power * step * 6 >= seconds), seconds / 5)


def _legend(more: str) -> str:
    parts = ((LOAD, "load"), (CALL, "call"), (SAVE, "save"))
    keys = " ".join(f'<span style="color:{colour}">■</span> {word}&nbsp;' for colour, word in parts)
    return f'<div style="font-size:11px;margin:0 0 2px">{keys}{escape(more)}</div>'
