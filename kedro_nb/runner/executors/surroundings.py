"""What a worker takes over from the kernel besides code and data."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import warnings

from kedro_nb.runner.executors import reset


class Surroundings:
    """The state of the kernel's process: made in the kernel, applied in a worker."""

    def __init__(self) -> None:
        self.path = list(sys.path)  # where to import from
        self.environment = dict(os.environ)
        self.filters = list(warnings.filters)
        self.folder = ""  # the working directory
        with contextlib.suppress(OSError):  # it is gone
            self.folder = os.getcwd()  # noqa: PTH109 - as text
        self.settings = reset.read(reset.MIRRORED)
        self.levels = {"": logging.getLogger().level}  # of each logger that has one
        self.levels |= {
            name: logger.level
            for name, logger in logging.root.manager.loggerDict.items()
            if isinstance(logger, logging.Logger) and logger.level
        }

    def apply(self) -> None:
        """Make it the state of this process, except for loggers."""
        sys.path[:] = self.path
        if os.environ != self.environment:
            os.environ.clear()
            os.environ.update(self.environment)
        if self.folder:
            os.chdir(self.folder)
        warnings.simplefilter("default")  # makes Python notice that the filters have changed
        warnings.filters[:] = self.filters  # type: ignore[index]  # it is a list
        reset.write(reset.MIRRORED, self.settings)
