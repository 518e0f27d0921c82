"""Asynchronous node functions, awaited from code that is not."""

from __future__ import annotations

from types import AsyncGeneratorType, CoroutineType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine, Iterator

ASYNC_TYPES = frozenset({CoroutineType, AsyncGeneratorType})
_END = object()


def finish(result: Any) -> Any:
    """The value of a coroutine; the chunks of an asynchronous generator, as a plain generator."""
    return _chunks(result) if isinstance(result, AsyncGeneratorType) else _value(result)


def _value(coroutine: Coroutine[Any, Any, Any]) -> Any:
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        make_loop: type[asyncio.Runner | _Loop] = asyncio.Runner
    else:
        make_loop = _Loop  # a notebook's own loop runs in this thread
    # Not in the handler above: an error of the user's would show ours as its context.
    with make_loop() as loop:
        return loop.run(coroutine)


def _chunks(source: AsyncGenerator[Any, None]) -> Iterator[Any]:
    async def step() -> Any:
        return await anext(source, _END)

    with _Loop() as loop:
        while (chunk := loop.run(step())) is not _END:
            yield chunk


class _Loop:
    """An event loop on a thread of its own; whatever still runs on it at the end is cancelled."""

    def __enter__(self) -> Self:
        import asyncio
        import threading

        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="kedro_nb-await", daemon=True)
        self._thread.start()
        return self

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        import asyncio

        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def __exit__(self, *_: object) -> None:
        self.run(self._clear())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _clear(self) -> None:
        import asyncio

        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._loop.shutdown_asyncgens()
