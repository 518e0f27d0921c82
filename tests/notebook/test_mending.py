"""A cell is mended, and the next run is of what it says now."""

BROKEN = """
def load(x):
    return [x] * 3

def clean(d):
    return d / 0

p = Pipeline([Node(load, "x", "d", name="load"), Node(clean, "d", "c", name="clean")])
"""


def broken(cells):
    cells.run(BROKEN)
    cells.run("%kedro_save x 5")
    return cells.fail("%kedro_run -p p")


def test_the_suggested_line_runs_the_mended_function(cells):
    _, text = broken(cells)
    assert "To go on: %kedro_run -p p --from-nodes=clean\n" in text
    cells.run("def clean(d): return sum(d)")
    text = cells.printed("r = %kedro_run -p p --from-nodes=clean")
    assert "Defined again since the pipeline was made, and used as it is now: clean" in text
    assert cells.run("r").load() == {"c": 15}


def test_nothing_is_said_when_nothing_has_changed(cells):
    broken(cells)
    cells.run("def clean(d): return 1")
    cells.run("%kedro_run -p p")
    assert "Defined again" not in cells.printed("%kedro_run -p p")


def test_a_mended_function_that_does_not_fit_is_told(cells):
    broken(cells)
    cells.run("def clean(d, e): return 1")
    error, _ = cells.fail("%kedro_run -p p")
    assert "Inputs of 'clean' function expected ['d', 'e'], but got d" in str(error)


def test_two_functions_of_one_name_are_left_as_they_are(cells):
    cells.run("def f(x): return 1\na = Node(f, 'x', 'one')\ndef f(x): return 2\nb = Node(f, 'x', 'two')")
    cells.run("q = Pipeline([a, b])\n%kedro_save x 0")
    assert cells.run("%kedro_run -p q").load() == {"one": 1, "two": 2}


def test_to_try_again_keeps_the_slice_that_was_asked_for(cells):
    """Without it the whole pipeline would run, and write over what was saved by hand."""
    broken(cells)
    cells.run("%kedro_save d 1000")
    _, text = cells.fail("%kedro_run --from-nodes=clean -p p")
    assert text.endswith("To try again: %kedro_run --from-nodes=clean -p p\n")


def test_errors_are_ours_to_draw_when_rich_draws_all_others(cells):
    broken(cells)
    shell = cells.shell
    shell._showtraceback = lambda *_: print("a box of frames")
    try:
        _, text = cells.fail("%kedro_run -p p")
    finally:
        del shell._showtraceback
    assert "a box of frames" not in text
    assert "To go on: %kedro_run -p p --from-nodes=clean" in text
