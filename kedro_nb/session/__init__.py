"""What one notebook, or one command, holds now: the only thing that the front ends talk to."""

from __future__ import annotations

import sys
from types import ModuleType

from kedro_nb.session.core import Session, session, set_session
from kedro_nb.session.progress import NodeProgress, RunProgress
from kedro_nb.session.request import RunRequest
from kedro_nb.session.run import Run

__all__ = ["NodeProgress", "Run", "RunProgress", "RunRequest", "Session", "session", "set_session"]


class _CallableModule(ModuleType):
    """`kedro_nb.session` is this package, and `kedro_nb.session()` the current session: one name for both."""

    def __call__(self) -> Session:
        return session()


sys.modules[__name__].__class__ = _CallableModule
