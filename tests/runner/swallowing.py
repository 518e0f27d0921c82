# ruff: noqa: E722, SIM105, B012 - it is what these functions are for
"""Node functions that catch every interrupt and carry on, in pure Python."""

import asyncio
import contextlib
import io
import logging
import queue
import time

LONG = 20.0  # seconds: a test that waits for it has failed


class Patient:
    """True for LONG seconds."""

    def __init__(self):
        self._end = time.monotonic() + LONG

    def __bool__(self):
        return time.monotonic() < self._end


def work():
    for _ in range(1000):
        pass


def bare(x):
    patient = Patient()
    while patient:
        try:
            work()
        except:
            pass
    return x


def sleeping(x):
    patient = Patient()
    while patient:
        try:
            time.sleep(0.05)
        except:
            pass
    return x


def sleeping_in_the_handler(x):
    patient = Patient()
    while patient:
        try:
            time.sleep(0.05)
        except BaseException:
            time.sleep(1.0)
    return x


def named(x):
    patient, seen = Patient(), []
    while patient:
        try:
            work()
        except BaseException as error:
            seen.append(error)
    return x


def looping_in_finally(x):
    patient = Patient()
    try:
        work()
    finally:
        while patient:
            with contextlib.suppress(BaseException):
                time.sleep(0.01)
    return x


def continuing_in_finally(x):
    patient = Patient()
    while patient:
        try:
            work()
        finally:
            continue
    return x


def suppressing(x):
    patient = Patient()
    while patient:
        with contextlib.suppress(BaseException):
            time.sleep(0.01)
    return x


class Swallows:
    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return True


def in_a_with_block(x):
    patient = Patient()
    while patient:
        with Swallows():
            work()
    return x


@contextlib.contextmanager
def swallows():
    with contextlib.suppress(BaseException):
        yield


def in_a_context_manager(x):
    patient = Patient()
    while patient:
        with swallows():
            work()
    return x


def in_a_generator(x):
    def numbers():
        patient = Patient()
        while patient:
            try:
                yield work()
            except:
                pass
            try:
                time.sleep(0.01)
            except:
                pass

    for _ in numbers():
        pass
    return x


def deep(x):
    def descend(depth):
        while patient:
            try:
                if depth:
                    descend(depth - 1)
                else:
                    time.sleep(0.01)
            except BaseException:
                pass

    patient = Patient()
    descend(300)
    return x


def called_from_c(x):
    def key(value):
        try:
            time.sleep(0.05)
        except BaseException:
            pass
        return value

    return sorted(range(400), key=key)


def in_exec(x):
    code = "while patient:\n try: work()\n except: pass"
    # Compiled here: when an interrupt leaves a string, Python remembers it and later ends with exit code 130.
    exec(compile(code, "cell", "exec"), {"patient": Patient(), "work": work})
    return x


async def coroutine(x):
    patient = Patient()
    while patient:
        try:
            await asyncio.sleep(0.01)
        except (asyncio.CancelledError, KeyboardInterrupt):
            pass
    return x


def in_asyncio(x):
    return asyncio.run(coroutine(x))


def logging_it(x):
    logger = logging.getLogger("swallowing")
    logger.propagate = False
    logger.addHandler(handler := logging.StreamHandler(io.StringIO()))
    patient = Patient()
    try:
        while patient:
            try:
                logger.error("working")
            except BaseException:
                logger.exception("caught")
    finally:
        logger.removeHandler(handler)
    return x


def waiting_for_a_queue(x):
    patient, items = Patient(), queue.Queue()
    while patient:
        try:
            items.get(timeout=0.05)
        except BaseException:
            pass
    return x


def retrying(x):
    def again(function):
        patient = Patient()
        while patient:
            try:
                return function()
            except BaseException:
                continue

    def fail():
        time.sleep(0.02)
        raise ValueError(x)

    return again(fail)


def raising_another(x):
    try:
        return sleeping(x)
    except BaseException:
        raise ValueError("another error") from None


def in_a_run_of_its_own(x):
    from kedro_nb.io import DataCatalog
    from kedro_nb.pipeline import node, pipeline
    from kedro_nb.runner import SequentialRunner

    patient = Patient()
    while patient:
        try:
            SequentialRunner().run(pipeline([node(sleeping, "x", "y")]), DataCatalog({"x": x}))
        except BaseException:
            pass
    return x


def generating(x):
    patient = Patient()
    yield x
    while patient:
        try:
            time.sleep(0.01)
        except BaseException:
            pass
    yield x


FUNCTIONS = [
    bare,
    sleeping,
    sleeping_in_the_handler,
    named,
    looping_in_finally,
    continuing_in_finally,
    suppressing,
    in_a_with_block,
    in_a_context_manager,
    in_a_generator,
    deep,
    called_from_c,
    in_exec,
    coroutine,
    in_asyncio,
    logging_it,
    waiting_for_a_queue,
    retrying,
    raising_another,
    in_a_run_of_its_own,
    generating,
]


def once(x):
    """Catch the first interrupt and return at once."""
    patient = Patient()
    try:
        while patient:
            time.sleep(0.002)
    except BaseException:
        pass
    return x
