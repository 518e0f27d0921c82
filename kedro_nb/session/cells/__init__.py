"""Nodes that are defined one by one, in cells and in scripts. Knows no notebook: cells come in as text."""

from kedro_nb.session.cells.definition import NodeDefinition, Origin
from kedro_nb.session.cells.nodes import SessionNodes

__all__ = ["NodeDefinition", "Origin", "SessionNodes"]
