"""What stands for the page of a panel, and for somebody who waits at it."""

import threading


def say(panel, do, **arguments):
    """What the page sends when a control is used."""
    panel._messages.take(panel, {"do": do, "with": arguments}, [])


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "kedro_nb-panel"]


def finished(run):
    """The run, when it is over and the panel shows that."""
    assert run.wait(20)
    for thread in threads():
        thread.join(20)
    return run
