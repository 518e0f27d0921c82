"""The panel's traits: what there is to choose from, what is chosen, and what comes of it."""

from __future__ import annotations

from typing import Any

import anywidget
from traitlets import Bool, Dict, List, Unicode

from kedro_nb.masking import mask_strings
from kedro_nb.session.selection import FILTERS

# A change of one of these is a choice, and the same for every panel of a session.
CHOICES = (
    "pipeline",
    "runner",
    "runner_params",
    "is_async",
    "only_missing_outputs",
    "params",
    *FILTERS,
)


class PanelTraits(anywidget.AnyWidget):
    """What a panel is made of. What the page is sent has no secrets.

    Those without `sync` can hold any object: the page is shown them as `fields` and `arguments`.
    """

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> Any:
        """What the page is sent, without known secrets."""
        state = super().get_state(key, drop_defaults)
        return {name: each if name[0] == "_" else mask_strings(each) for name, each in state.items()}

    # What there is to choose from.
    pipelines: Any = List(Unicode()).tag(sync=True)
    runners: Any = List(Dict()).tag(sync=True)
    names: Any = Dict().tag(sync=True)
    graph: Any = Dict().tag(sync=True)
    datasets: Any = List(Dict()).tag(sync=True)
    variables: Any = List(Unicode()).tag(sync=True)
    runs: Any = List(Dict()).tag(sync=True)
    # What is chosen.
    pipeline: Any = Unicode("").tag(sync=True)
    runner: Any = Unicode("SequentialRunner").tag(sync=True)
    runner_params: Any = Dict()
    arguments: Any = List(Dict()).tag(sync=True)
    is_async: Any = Bool(default_value=False).tag(sync=True)
    only_missing_outputs: Any = Bool(default_value=False).tag(sync=True)
    tags: Any = List(Unicode()).tag(sync=True)
    node_names: Any = List(Unicode()).tag(sync=True)
    from_nodes: Any = List(Unicode()).tag(sync=True)
    to_nodes: Any = List(Unicode()).tag(sync=True)
    from_inputs: Any = List(Unicode()).tag(sync=True)
    to_outputs: Any = List(Unicode()).tag(sync=True)
    namespaces: Any = List(Unicode()).tag(sync=True)
    params: Any = Dict()
    fields: Any = List(Dict()).tag(sync=True)
    dataset: Any = Unicode("").tag(sync=True)
    compared: Any = List().tag(sync=True)
    # What comes of it.
    problem: Any = Unicode("").tag(sync=True)
    command: Any = Unicode("").tag(sync=True)
    chosen: Any = List(Unicode()).tag(sync=True)
    state: Any = Unicode("idle").tag(sync=True)
    blocking: Any = Bool(default_value=False).tag(sync=True)
    unfinished: Any = List(Unicode()).tag(sync=True)
    states: Any = Dict().tag(sync=True)
    live: Any = Unicode("").tag(sync=True)
    preview: Any = Dict().tag(sync=True)
    comparison: Any = Unicode("").tag(sync=True)
    message: Any = Unicode("").tag(sync=True)
