"""The session of the process, and its pipelines as `kedro_nb.project.pipelines`."""

import subprocess
import sys

import pytest

import kedro_nb
from kedro_nb import project
from kedro_nb.session import Session, set_session


@pytest.mark.usefixtures("no_session")
def test_there_is_one_session_per_process():
    assert kedro_nb.session() is kedro_nb.session()


@pytest.mark.usefixtures("no_session")
def test_pipelines_registered_before_the_session_is_made_are_its_pipelines(pipeline):
    project.pipelines["p"] = pipeline
    assert kedro_nb.session().pipelines["p"] is pipeline


@pytest.mark.usefixtures("no_session")
def test_project_pipelines_follow_the_current_session(session, pipeline):
    set_session(session)
    assert list(project.pipelines) == ["main"]
    project.pipelines["__default__"] = pipeline
    assert session.pipelines.get("__default__") is pipeline
    del project.pipelines["main"]
    assert len(session.pipelines) == 1
    set_session(Session())
    assert project.pipelines.get("__default__") is None


def test_the_package_offers_the_session_by_name():
    from kedro_nb.session import RunRequest

    assert (kedro_nb.Session, kedro_nb.RunRequest) == (Session, RunRequest)
    assert {"session", "Session", "RunRequest"} <= set(dir(kedro_nb))


def test_the_package_has_no_other_names():
    with pytest.raises(AttributeError, match="module 'kedro_nb' has no attribute 'sesion'"):
        kedro_nb.sesion


def loaded(code):
    """The modules that are there after `code` in a fresh process."""
    script = f"{code}\nimport sys; print(*sys.modules)"
    return set(
        subprocess.run(
            [sys.executable, "-c", script], check=True, capture_output=True, text=True
        ).stdout.split()
    )


def test_importing_the_package_imports_nothing_of_it():
    assert {name for name in loaded("import kedro_nb") if name.startswith("kedro_nb")} == {"kedro_nb"}


def test_a_run_in_a_session_needs_no_front_end_and_no_data_frames():
    code = (
        "from kedro_nb import session, RunRequest\n"
        "from kedro_nb.pipeline import Pipeline, node\n"
        "s = session()\n"
        "s.pipelines['p'] = Pipeline([node(abs, 'a', 'b')])\n"
        "s.catalog['a'] = -1\n"
        "s.run(RunRequest(params={'k': 1})).result()"
    )
    assert not {"IPython", "ipywidgets", "click", "rich", "pandas", "numpy", "yaml", "asyncio"} & loaded(code)
