"""The test bench itself notices what it is there to notice."""

from __future__ import annotations

import pytest

from . import chromium
from .look import is_over, states, unreadable

ALERT = "from IPython.display import HTML\nHTML('<img src=x onerror=alert(1)>')"
GREYS = """HTML('''<div style="background: #777; color: #999">faint</div>
<svg width="200" height="40"><rect width="200" height="40" fill="#111"/><text x="20" y="20" fill="#eee">clear</text>
</svg>''')"""
LONG = "import time\nprint('begun')\nfor _ in range(600): time.sleep(0.1)"


@pytest.fixture(params=["lab"])
def front_end(request):
    return request.param


def test_an_alert_an_error_and_faint_text_are_noticed(open_notebook):
    notebook = open_notebook([ALERT, GREYS])
    notebook.run(0, 1)
    assert notebook.alerts == ["1"]
    assert "404" in notebook.errors[0]  # the picture that is not there
    assert {text: round(ratio) for ratio, text in notebook.contrasts(1)} == {"faint": 2, "clear": 16}
    assert [text for _, text in unreadable(notebook.contrasts(1))] == ["faint"]
    notebook.alerts.clear()
    notebook.errors.clear()


def test_an_interrupt_ends_a_cell_and_the_kernel_lives(open_notebook):
    notebook = open_notebook([LONG, "print('well')"])
    notebook.start(0)
    notebook.wait_for("begun", 0)  # an interrupt that comes earlier meets nothing
    assert notebook.is_running()
    notebook.interrupt()
    notebook.wait_until_done()
    assert "KeyboardInterrupt" in notebook.text(0)
    notebook.run(1)
    assert notebook.text(1).strip() == "well"


def test_states_are_read_from_words_and_from_marks():
    assert states("✓\tclean\t0.1 s\n● 1 of 2 nodes, 0.9 s - running train", "train") == {"running"}
    assert states("✓\tclean\t0.1 s\n● 1 of 2 nodes, 0.9 s - running train", "clean") == {"done"}
    assert states("clean: done, 0.1 s", "clean") == {"done"}
    assert states("cleaner: done, 0.1 s", "clean") == set()
    assert is_over("✓ a\n✓ b", "a", "b")
    assert not is_over("✓ a\n· b", "a", "b")


def test_without_any_chromium_the_installation_fails_and_says_what_next(monkeypatch, capsys):
    monkeypatch.delenv(chromium.LEFT_OUT, raising=False)
    monkeypatch.setattr(chromium, "find", lambda: None)
    monkeypatch.setattr(chromium, "_quiet", lambda *command: None)
    assert chromium.main() == 1
    assert "sudo apt-get install chromium" in capsys.readouterr().err


def test_who_leaves_the_browser_tests_out_is_told_so(monkeypatch, capsys):
    monkeypatch.setenv(chromium.LEFT_OUT, "1")
    monkeypatch.setattr(chromium, "find", lambda: None)
    assert chromium.main() == 0
    assert "the browser tests are left out" in capsys.readouterr().out
