"""Build, run, watch and mend data pipelines without leaving the notebook."""

__version__ = "0.1.0"
