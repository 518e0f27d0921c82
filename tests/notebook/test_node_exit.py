"""A node that calls sys.exit() fails as any other."""

from __future__ import annotations

import pytest

from kedro_nb.session import session

FIRST = "%%kedro_node -o first\ndef begin(xs): return xs[:1]"
EXIT = "%%kedro_node -o second\ndef leave(first):\n    import sys\n    sys.exit('enough')\n    return first"


@pytest.fixture
def ready(cells):
    cells.run("%kedro_save xs [1, 2]")
    cells.run(FIRST)
    cells.run(EXIT)
    return cells


@pytest.mark.parametrize("how", ["", "--async", "--runner=ThreadRunner", "--runner=ParallelRunner"])
def test_its_traceback_its_node_its_inputs_and_the_way_on_are_shown(ready, how):
    error, text = ready.fail(f"%kedro_run {how}")
    assert type(error).__name__ == "NodeExit"
    assert ", line 4, in leave(first)" in text
    assert "----> 4     sys.exit('enough')" in text
    assert (
        "SystemExit: enough\nIn node leave: leave([first]) -> [second]\nwith the inputs:\n  first: [1]"
        in text
    )
    assert "the run has failed, and the notebook goes on" in text
    assert f"To go on: %kedro_run {f'{how} '.lstrip()}--from-nodes=leave" in text
    assert "To exit: use" not in text
    assert session().history.last.state == "failed"


def test_it_is_told_without_frames_of_ours(ready):
    _, text = ready.fail("%kedro_run")
    assert "kedro_nb/" not in text


def test_mended_it_goes_on(ready):
    ready.fail("%kedro_run")
    ready.run(EXIT.replace("    sys.exit('enough')\n", ""))
    assert ready.run("%kedro_run --from-nodes=leave").load() == {"second": [1]}


def test_a_run_in_the_background_tells_of_the_node_too(ready):
    ready.run("run = %kedro_run --background")
    ready.run("run.wait()")
    error = session().history.last.error
    assert isinstance(error, SystemExit)
    assert "In node leave" in error.__notes__[0]
