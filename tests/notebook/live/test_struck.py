"""An interrupt is heard, also while the main thread cannot see to it."""

import ctypes
import os
import signal
import socket
import threading

from kedro_nb.notebook.live.struck import Struck


def test_an_interrupt_is_heard_while_the_main_thread_is_in_a_call_that_does_not_return():
    heard = []

    def listen():
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(2000):
            if struck.seen:
                break
            threading.Event().wait(0.01)
        heard.append(struck.seen)

    before = signal.signal(signal.SIGINT, lambda *_: None)
    struck = Struck()
    struck.begin()
    try:
        thread = threading.Thread(target=listen)
        thread.start()
        # A call into C that begins again when a signal has come.
        ctypes.CDLL(None).nanosleep((ctypes.c_long * 2)(0, 300_000_000), None)
        thread.join()
    finally:
        struck.end()
        signal.signal(signal.SIGINT, before)
    assert heard == [True]


def test_everything_is_left_as_it_was():
    one, other = socket.socketpair()
    with one, other:
        one.setblocking(False)
        other.setblocking(False)
        before = signal.set_wakeup_fd(one.fileno())
        handler = signal.signal(signal.SIGINT, lambda *_: None)
        try:
            open_before = set(os.listdir("/proc/self/fd"))
            struck = Struck()
            struck.begin()
            signal.raise_signal(signal.SIGINT)
            struck.end()
            assert signal.set_wakeup_fd(one.fileno()) == one.fileno()
            assert other.recv(16) == bytes([signal.SIGINT])
            assert set(os.listdir("/proc/self/fd")) <= open_before
        finally:
            signal.signal(signal.SIGINT, handler)
            signal.set_wakeup_fd(before)


def test_outside_the_main_thread_it_hears_nothing():
    struck = Struck()
    thread = threading.Thread(target=lambda: (struck.begin(), struck.end()))
    thread.start()
    thread.join()
    assert struck.seen is False
