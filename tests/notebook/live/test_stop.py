from __future__ import annotations

from types import SimpleNamespace

from kedro_nb.notebook.live.stop import kernel_id, stop_button

KERNEL = "0f0e0d0c-1111-2222-3333-444455556666"


def shell(file):
    return SimpleNamespace(kernel=SimpleNamespace(parent=SimpleNamespace(connection_file=file)))


def test_a_kernel_that_a_jupyter_server_has_started_is_known_by_its_file(monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "x.ipynb")
    assert kernel_id(shell(f"/run/jupyter/kernel-{KERNEL}.json")) == KERNEL


def test_other_kernels_have_no_id_for_a_server(monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "x.ipynb")
    assert kernel_id(shell("/run/jupyter/kernel-v2-123.json")) == ""
    assert kernel_id(SimpleNamespace()) == ""
    monkeypatch.delenv("JPY_SESSION_NAME")
    assert kernel_id(shell(f"/run/jupyter/kernel-{KERNEL}.json")) == ""


def test_where_the_kernel_is_not_known_there_is_no_button():
    assert stop_button("") == ""


def test_the_button_asks_the_server_to_interrupt_this_kernel():
    button = stop_button(KERNEL)
    assert f"api/kernels/{KERNEL}/interrupt" in button
    assert "onpointerdown=" in button
    assert "onkeydown=" in button
    assert ">Stop</button>" in button
    assert ">Stop now</button>" in stop_button(KERNEL, again=True)
