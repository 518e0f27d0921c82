from __future__ import annotations

import pickle
import re

import pytest

FAILING = """
def helper(values):
    return values["missing"]

def explain(m):
    return helper({"m": m})

failing = Pipeline([
    Node(mean, "xs", "m", name="mean"),
    Node(explain, "m", "v", name="explain"),
    Node(mean, "v", "w", name="last"),
])
%kedro_save xs [1, 2, 3]
"""


@pytest.fixture
def failing(cells):
    cells.run(FAILING)
    return cells


class TestAFailingNode:
    def test_raises_the_user_s_own_error(self, failing):
        error, _ = failing.fail("%kedro_run -p failing")
        assert type(error) is KeyError

    def test_shows_the_user_s_frames_then_the_node_then_how_to_go_on(self, failing):
        _, text = failing.fail("%kedro_run -p failing")
        parts = [
            "in explain(m)",
            'return helper({"m": m})',
            "in helper(values)",
            'return values["missing"]',
            "KeyError: 'missing'",
            "In node explain: explain([m]) -> [v]",
            "m: 2.0",
            "%kedro_run -p failing --from-nodes=explain",
        ]
        places = [text.find(part) for part in parts]
        assert -1 not in places, text
        assert places == sorted(places)

    def test_shows_no_frame_of_ours_or_of_ipython(self, failing):
        _, text = failing.fail("%kedro_run -p failing")
        assert text.count("Cell In") == 2
        assert "File " not in text
        assert "run_line_magic" not in text

    def test_the_advice_works_once_the_function_is_mended(self, failing):
        failing.fail("%kedro_run -p failing")
        failing.run("def helper(values): return [values['m']]")
        failing.run("calls = []\nfailing = failing.only_nodes('explain', 'last')")
        assert failing.run("%kedro_run -p failing --from-nodes=explain").load() == {"w": 2.0}

    def test_the_advice_keeps_the_other_options_and_replaces_where_to_begin(self, failing):
        _, text = failing.fail(
            "%kedro_run --pipeline=failing --from-nodes mean --runner=ThreadRunner # comment"
        )
        assert "To go on: %kedro_run --pipeline=failing --runner=ThreadRunner --from-nodes=explain\n" in text

    def test_the_same_line_is_the_advice_where_nothing_is_done(self, failing):
        failing.run("only = Pipeline([Node(explain, 'xs', 'v')])")
        _, text = failing.fail("%kedro_run -p only")
        assert text.endswith("To try again: %kedro_run -p only\n")

    def test_can_be_caught_in_the_cell(self, failing):
        failing.run(
            "try:\n    get_ipython().run_line_magic('kedro_run', '-p failing')\nexcept KeyError:\n    caught = True"
        )
        assert failing.shell.user_ns["caught"]

    def test_can_still_be_pickled(self, failing):
        error, _ = failing.fail("%kedro_run -p failing")
        assert pickle.loads(pickle.dumps(error)).args == ("missing",)

    def test_is_shown_the_same_by_tb(self, failing):
        _, text = failing.fail("%kedro_run -p failing")
        again = failing.printed("%tb")
        assert "run_line_magic" not in again
        assert text.endswith(again)

    def test_shows_the_cause_that_the_user_gave(self, failing):
        failing.run(
            "def helper(values):\n    try:\n        {}['x']\n    except KeyError as error:\n"
            "        raise ValueError('no x') from error"
        )
        _, text = failing.fail("%kedro_run -p failing")
        assert text.index("KeyError: 'x'") < text.index("ValueError: no x")

    def test_an_async_function_has_no_frames_of_asyncio(self, failing):
        failing.run(
            "async def explain(m):\n    raise ValueError('late')\np = Pipeline([Node(explain, 'xs', 'v', name='e')])"
        )
        _, text = failing.fail("%kedro_run -p p")
        assert text.count("---->") == 1
        assert "runners.py" not in text
        assert "base_events.py" not in text

    def test_an_async_function_shows_its_own_error_only(self, failing):
        failing.run("async def late(m):\n    raise ValueError('late')\np = Pipeline([Node(late, 'xs', 'v')])")
        _, text = failing.fail("%kedro_run -p p")
        assert "During handling" not in text
        assert "RuntimeError" not in text

    def test_can_run_again_on_what_it_was_given(self, failing):
        failing.run("class Big:\n    def __init__(self, xs): self.items = list(xs)")
        failing.run("def spoil(big):\n    big.items.clear()\n    1 / 0")
        failing.run("p = Pipeline([Node(Big, 'xs', 'big', name='b'), Node(spoil, 'big', 'v', name='s')])")
        failing.fail("%kedro_run -p p")
        failing.run("p = Pipeline([Node(lambda big: big.items, 'big', 'v', name='s')])")
        assert failing.run("%kedro_run -p p --from-nodes=s").load() == {"v": [1, 2, 3]}


class TestADatasetThatFails:
    def test_names_the_file(self, cells, tmp_path):
        (tmp_path / "xs.json").write_text("{")
        cells.run("%%kedro_catalog\nxs:\n  type: JSONDataset\n  filepath: xs.json\n")
        error, text = cells.fail("%kedro_run")
        assert type(error).__name__ == "DatasetError"
        assert "xs.json" in text
        assert "Traceback" not in text
        assert "while loading its input 'xs'" in text

    def test_shows_the_user_s_frames_when_it_is_the_user_s_dataset(self, cells):
        cells.run("def load():\n    return {}['gone']\nimport kedro_nb")
        cells.run("kedro_nb.session().catalog['xs'] = LambdaDataset(load, None)")
        error, text = cells.fail("%kedro_run")
        assert type(error).__name__ == "DatasetError"
        assert text.index("return {}['gone']") < text.index("DatasetError: ")
        assert text.count("---->") == 1

    def test_leaves_no_half_written_file(self, cells, tmp_path):
        cells.run("%%kedro_catalog\nv:\n  type: JSONDataset\n  filepath: v.json\n")
        cells.run("%kedro_save xs [1, 2, 3]\ndef variance(m, m2): return {'unwritable': object()}")
        cells.run(
            "statistics = Pipeline([Node(mean, 'xs', 'm'), Node(variance, ['m', 'm'], 'v', name='var')])"
        )
        error, text = cells.fail("%kedro_run")
        assert type(error).__name__ == "DatasetError"
        assert "v.json" in text
        assert not list(tmp_path.iterdir())


class TestErrorsWithoutAMagic:
    def test_an_error_that_takes_no_attributes_is_shown_as_ever(self, cells):
        cells.run(
            "class Odd(Exception):\n    def __setattr__(self, name, value):\n        assert name[:2] == '__'"
        )
        cells.run("def odd():\n    raise Odd('odd')")
        error, text = cells.fail("%kedro_save x odd()")
        assert type(error).__name__ == "Odd"
        assert "in odd()" in text

    def test_ours_show_the_user_s_line_only(self, cells):
        _, text = cells.fail(
            "1 + 1\nPipeline([Node(mean, 'a', 'b', name='n'), Node(mean, 'b', 'c', name='n')])"
        )
        assert text.count("---->") == 1
        assert "kedro_nb/" not in text

    def test_a_runner_called_by_hand_shows_the_cell_and_the_function(self, failing):
        _, text = failing.fail("SequentialRunner().run(failing, DataCatalog({'xs': [1]}))")
        assert (
            text.index("SequentialRunner().run") < text.index("in explain(m)") < text.index("In node explain")
        )
        assert "kedro_nb/" not in text

    def test_a_library_s_error_behind_ours_is_not_repeated(self, cells):
        _, text = cells.fail(
            "DataCatalog.from_config({'x': {'type': 'JSONDataset', 'filepath': 'no.json'}}).load('x')"
        )
        assert "FileNotFoundError" not in text.split("DatasetError", 1)[0]
        assert "no.json" in text

    def test_those_of_others_are_shown_as_ever(self, cells):
        error, text = cells.fail("def f():\n    1 / 0\nf()")
        assert text.count("---->") == 2
        assert not hasattr(error, "_render_traceback_")

    def test_a_syntax_error_is_shown_as_ever(self, cells):
        assert "SyntaxError" in cells.fail("1 +")[1]
        assert "invalid syntax" in cells.fail("eval('1 +')")[1]


class TestInputsInAnotherCatalog:
    """A run looks into the session's catalog, and the data is in one that a variable holds."""

    HINT = "The variable 'catalog' holds the inputs. To run with it, add --catalog=catalog\n"

    @pytest.mark.parametrize("entry", ["", "%%kedro_catalog\nxs:\n  type: MemoryDataset\n"])
    def test_the_option_that_helps_is_told_and_helps(self, cells, entry):
        cells.run(entry)
        cells.run("empty = DataCatalog()\ncatalog = DataCatalog({'xs': [1, 3]})")
        _, text = cells.fail("%kedro_run -p statistics")
        assert text.endswith(self.HINT)
        assert cells.run("%kedro_run -p statistics --catalog=catalog").load() == {"v": 1.0}

    def test_parameters_come_from_the_session_all_the_same(self, cells):
        cells.run("%%kedro_params\nk: 1\n")
        cells.run("catalog = DataCatalog({'xs': 1})\np = Pipeline([Node(max, ['xs', 'params:k'], 'y')])")
        assert cells.fail("%kedro_run -p p")[1].endswith(self.HINT)

    def test_a_catalog_that_lacks_an_input_too_is_not_offered(self, cells):
        cells.run("catalog = DataCatalog({'other': 1})")
        assert "--catalog" not in cells.fail("%kedro_run -p statistics")[1]

    def test_nothing_is_offered_where_something_else_is_wrong(self, cells):
        cells.run("%kedro_save xs []\ncatalog = DataCatalog({'xs': [1, 3]})")
        assert "--catalog" not in cells.fail("%kedro_run -p statistics")[1]


class TestInputsInVariables:
    """Data that was loaded in a cell and not saved to a dataset."""

    def test_the_lines_that_help_are_told_and_help(self, cells):
        cells.run(
            "xs = [1, 3]\nys = [5]\np = Pipeline([Node(lambda x, y: sum(x + y), ['xs', 'ys'], 'total')])"
        )
        _, text = cells.fail("%kedro_run -p p")
        assert text.endswith(
            "\nTo use what the notebook has under the same name:\n  %kedro_save xs xs\n  %kedro_save ys ys\n"
        )
        cells.run("%kedro_save xs xs\n%kedro_save ys ys")
        assert cells.run("%kedro_run -p p").load() == {"total": 9}

    def test_a_function_or_a_module_of_the_name_is_no_data(self, cells):
        cells.run("import json as xs")
        assert "same name" not in cells.fail("%kedro_run -p statistics")[1]
        cells.run("def xs(): pass")
        assert "same name" not in cells.fail("%kedro_run -p statistics")[1]


RAISING = """
def turn_in_circles(xs):
    return turn_in_circles(xs)

def fail_twice(xs):
    raise ExceptionGroup("both", [ValueError("one\\nmore"), ExceptionGroup("inner", [KeyError("two")])])

circles = Pipeline([Node(turn_in_circles, "xs", "v", name="circles")])
twice = Pipeline([Node(fail_twice, "xs", "v", name="twice")])
%kedro_save xs [1]
"""


def test_of_a_recursion_the_lines_are_shown_a_few_times(cells):
    cells.run(RAISING)
    error, text = cells.fail("%kedro_run -p circles")
    assert type(error) is RecursionError
    assert text.count("return turn_in_circles(xs)") == 3
    assert " more calls of the same lines are left out." in text


def test_the_errors_in_a_group_are_told(cells):
    cells.run(RAISING)
    _, text = cells.fail("%kedro_run -p twice")
    assert "In node twice" in text
    assert (
        "In the group:\n  ValueError: one\n  ExceptionGroup: inner (1 sub-exception)\n    KeyError: 'two'"
        in text
    )


class TestBelowAViewOnAPage:
    """The view tells of the failure in full, so that the error need not do so again."""

    @pytest.fixture
    def page(self, notebook, monkeypatch):
        """A cell as JupyterLab asks for it; a call begins the next one."""
        requests = iter(range(10))

        def next_cell(**metadata):
            request = {"header": {"msg_id": f"request {next(requests)}"}, "metadata": metadata}
            monkeypatch.setattr(notebook.shell, "get_parent", lambda: request, raising=False)

        next_cell(cellId="abc")
        notebook.run(FAILING)
        notebook.next_cell = next_cell
        notebook.captures_display = False
        return notebook

    def test_it_says_what_and_where_and_how_to_go_on(self, page):
        _, text = page.fail("%kedro_run -p failing")
        _, _, red = text.rpartition("KeyError: 'missing'\n")
        assert re.fullmatch(
            r"In node explain at Cell In\[\d+\], line 2 \(%tb shows the whole traceback\)\n\n"
            r"What is done is kept\. To go on: %kedro_run -p failing --from-nodes=explain\n",
            red,
        )
        assert "Traceback" not in text

    def test_tb_shows_the_whole_traceback(self, page):
        page.fail("%kedro_run -p failing")
        page.next_cell(cellId="def")
        text = page.printed("%tb")
        assert 'return helper({"m": m})' in text
        assert "with the inputs:\n  m: 2.0" in text

    def test_where_no_page_is_known_of_it_is_told_in_full(self, page):
        page.next_cell()
        assert 'return helper({"m": m})' in page.fail("%kedro_run -p failing")[1]

    def test_where_the_view_is_captured_it_is_told_in_full(self, page):
        page.captures_display = True
        assert 'return helper({"m": m})' in page.fail("%kedro_run -p failing")[1]

    def test_an_error_that_no_node_is_to_blame_for_is_told_in_full(self, page):
        page.run("class Odd(SequentialRunner):\n    def _run(self, *args, **kwargs): return {}[self]")
        assert "return {}[self]" in page.fail("%kedro_run -p failing --runner=Odd")[1]

    def test_a_long_message_is_cut(self, page):
        page.run("def helper(values): raise ValueError('word ' * 200 + '\\nsecond line')")
        _, text = page.fail("%kedro_run -p failing")
        _, _, red = text.rpartition("ValueError: word")
        assert 0 < len(red.splitlines()[0]) < 400
