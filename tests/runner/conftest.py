"""Every way of running, so that one suite of promises holds for all of them. A new runner is one more line."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from kedro_nb.runner import AbstractRunner, SequentialRunner, ThreadRunner


class PoolRunner(AbstractRunner):
    """A user's runner: the same loop on an executor of their own."""

    def _get_executor(self, max_workers):
        return ThreadPoolExecutor(min(3, max_workers))


RUNNERS = {
    "sequential": SequentialRunner,
    "sequential-async": lambda: SequentialRunner(is_async=True),
    "thread": ThreadRunner,
    "thread-1": lambda: ThreadRunner(max_workers=1),
    "pool": PoolRunner,
}


@pytest.fixture(params=RUNNERS)
def runner(request):
    return RUNNERS[request.param]()


class Recorder:
    """Listens to a run's events and hooks."""

    def __init__(self):
        self.events = []

    def __call__(self, event):
        self.events.append(event)

    def names(self, node=None):
        return [
            type(event).__name__
            for event in self.events
            if node is None or getattr(getattr(event, "node", None), "name", None) == node
        ]
