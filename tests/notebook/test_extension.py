from __future__ import annotations

import subprocess
import sys

from kedro_nb.notebook.magics import CELL, LINE


def magics_of(shell):
    return {
        kind: {name for name in shell.magics_manager.magics[kind] if "kedro" in name}
        for kind in ("line", "cell")
    }


def test_loading_gives_the_magics(cells):
    assert magics_of(cells.shell) == {"line": set(LINE), "cell": set(CELL)}


def test_unloading_leaves_nothing(cells):
    formatter = cells.shell.display_formatter.mimebundle_formatter
    cells.run("statistics")  # a picture was drawn, so that the type is known
    cells.run("%unload_ext kedro_nb")
    assert magics_of(cells.shell) == {"line": set(), "cell": set()}
    assert not cells.shell.Completer.custom_matchers
    assert not formatter.deferred_printers
    assert not formatter.type_printers
    assert not cells.shell.custom_exceptions


def test_a_pipeline_is_shown_as_any_object_after_unloading(cells):
    cells.run("%unload_ext kedro_nb")
    assert "Pipeline([" in cells.printed("statistics")


def test_loading_twice_is_harmless(cells):
    assert "already loaded" in cells.printed("%load_ext kedro_nb")
    cells.run("import kedro_nb; kedro_nb.load_ipython_extension(get_ipython())")
    assert len(cells.shell.Completer.custom_matchers) == 1
    cells.run("%unload_ext kedro_nb")
    assert magics_of(cells.shell) == {"line": set(), "cell": set()}


def test_reloading_keeps_the_data(cells):
    cells.run("%kedro_save xs [1, 2, 3]")
    # As reload_ext does, without reloading the modules that the other tests hold.
    cells.run("import kedro_nb; kedro_nb.unload_ipython_extension(get_ipython())")
    cells.run("kedro_nb.load_ipython_extension(get_ipython())")
    assert cells.run("%kedro_load xs") == [1, 2, 3]


def test_reload_ext_works(execute, tmp_path, setup_cell):
    made = execute([setup_cell, "%kedro_save xs [1, 2]", "%reload_ext kedro_nb", "%kedro_load xs"], tmp_path)
    assert made.cells[3].outputs[0].data["text/plain"] == "[1, 2]"


def test_an_exception_handler_of_the_user_stays(cells):
    cells.run("%unload_ext kedro_nb")
    cells.run(
        "get_ipython().set_custom_exc((KeyError,), lambda shell, kind, error, tb, tb_offset=None: print('mine'))"
    )
    try:
        cells.run("%load_ext kedro_nb")
        assert "mine" in cells.fail("{}['a']")[1]
        cells.run("%unload_ext kedro_nb")
        assert cells.shell.custom_exceptions == (KeyError,)
    finally:
        cells.shell.set_custom_exc((), None)
        cells.run("%load_ext kedro_nb")


def test_loading_puts_nothing_into_the_namespace(cells):
    cells.run("%unload_ext kedro_nb")
    before = set(cells.shell.user_ns)
    cells.run("%load_ext kedro_nb")
    assert {name for name in set(cells.shell.user_ns) - before if not name.startswith("_")} == set()


def test_loading_imports_nothing_heavy():
    code = (
        "import sys; from IPython.core.interactiveshell import InteractiveShell; "
        "shell = InteractiveShell.instance(); before = set(sys.modules); "
        "shell.run_line_magic('load_ext', 'kedro_nb'); "
        "heavy = {'pandas', 'numpy', 'rich', 'click', 'yaml', 'fsspec', 'kedro_nb.session', 'ipywidgets'}; "
        "print(sorted(heavy & (set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_pipeline_at_the_end_of_a_cell_is_a_picture(cells):
    data, _ = cells.shell.display_formatter.format(cells.run("statistics"))
    assert "svg" in data["text/html"]
    assert "variance: m, m2 -> v" in data["text/plain"]


def test_kedro_pipeline_draws_by_variable_and_by_registered_name(cells):
    assert cells.run("%kedro_pipeline statistics") is cells.shell.user_ns["statistics"]
    cells.run("import kedro_nb; kedro_nb.session().pipelines['part'] = statistics.only_nodes('mean')")
    assert len(cells.run("%kedro_pipeline part")) == 1


def test_kedro_pipeline_takes_the_only_one(cells):
    assert len(cells.run("%kedro_pipeline")) == 3
