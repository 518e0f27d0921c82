"""Which picture a run gets, and what it costs to make. What was laid out once is kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from kedro_nb.notebook.drawing.groups import group_picture
from kedro_nb.notebook.drawing.mosaic import Mosaic
from kedro_nb.notebook.drawing.state_graph import NODES_ONLY, WITH_DATA, state_graph

if TYPE_CHECKING:
    from collections.abc import Hashable

    from kedro_nb.notebook.drawing.picture import Picture
    from kedro_nb.pipeline import Pipeline

_KEPT = 8
_A_NODE = 0.0005  # seconds to lay out a node, or a node with its datasets; cautious
_SMALL = 0.005  # seconds for anything else

_pictures: OrderedDict[Hashable, Picture] = OrderedDict()
_lock = threading.Lock()


def seconds_to_make(pipeline: Pipeline) -> float:
    """About how long `picture_of` takes."""
    count = len(pipeline.nodes)
    if count > NODES_ONLY:
        return _SMALL
    with _lock:
        known = _key(pipeline) in _pictures
    return 0.0 if known else _A_NODE * count * (1.5 if count <= WITH_DATA else 1.0)


def picture_of(pipeline: Pipeline) -> Picture:
    """The graph where it is small enough to be read, else groups of nodes, else a square for each node."""
    if len(pipeline.nodes) > NODES_ONLY:
        return group_picture(pipeline) or Mosaic(node.name for node in pipeline.nodes)
    key = _key(pipeline)
    with _lock:
        if key in _pictures:
            _pictures.move_to_end(key)
            return _pictures[key]
    made = state_graph(pipeline) or group_picture(pipeline) or Mosaic(node.name for node in pipeline.nodes)
    with _lock:
        _pictures[key] = made
        while len(_pictures) > _KEPT:
            _pictures.popitem(last=False)
    return made


def _key(pipeline: Pipeline) -> Hashable:
    """All that the picture depends on: a session selects the same nodes anew for each run."""
    return tuple(
        (node.name, node.namespace, *sorted(node.tags), 0, *node.inputs, 0, *node.outputs)
        for node in pipeline.nodes
    )
