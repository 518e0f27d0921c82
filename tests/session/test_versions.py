"""Versions: each run saves one of its own, and a request says which to load."""

import pytest

from kedro_nb.cli.options import combine, convert
from kedro_nb.errors import RequestError
from kedro_nb.io import DataCatalog
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.session import RunRequest, Session

UP = Pipeline([node(lambda x: x + 1, "start", "count", name="up")])
SHOW = Pipeline([node(lambda x: x, "count", "seen", name="show")])


@pytest.fixture
def session(tmp_path):
    entry = {"type": "JSONDataset", "filepath": str(tmp_path / "count.json"), "versioned": True}
    session = Session(DataCatalog.from_config({"count": entry}), {"up": UP, "show": SHOW})
    session.catalog["start"] = 0
    return session


def up(session, start):
    session.catalog.save("start", start)
    run = session.run(RunRequest(pipelines="up"))
    run.result()
    return run.id


def shown(session, **versions):
    return session.run(RunRequest(pipelines="show", load_versions=versions)).result().load()["seen"]


def test_a_run_saves_under_its_own_id(session, tmp_path):
    ids = [up(session, 0), up(session, 1)]
    assert sorted(each.name for each in (tmp_path / "count.json").iterdir()) == ids


def test_the_latest_version_is_loaded_unless_another_is_asked_for_in_this_run(session):
    first = up(session, 0)
    up(session, 1)
    assert shown(session) == 2
    assert shown(session, count=first) == 1
    assert shown(session) == 2


def test_after_a_run_the_catalog_saves_a_new_version_by_itself(session):
    up(session, 0)
    session.catalog.save("count", 5)
    assert session.catalog.load("count") == 5


def test_versions_that_the_catalog_was_made_to_load_stay(session, tmp_path):
    first = up(session, 0)
    up(session, 1)
    entry = {"type": "JSONDataset", "filepath": str(tmp_path / "count.json"), "versioned": True}
    session.catalog = DataCatalog.from_config({"count": entry}, load_versions={"count": first})
    assert shown(session) == 1
    assert session.catalog.load("count") == 1


def test_a_version_of_an_unknown_dataset_is_told(session):
    with pytest.raises(RequestError, match=r"cuont.*did you mean.*count \(--load-versions\)"):
        session.run(RunRequest(pipelines="up", load_versions={"cuont": "v"}))
    assert session.history == []


def test_a_catalog_without_versions_cannot_be_told_which_to_load():
    class Plain(dict):
        def get(self, name, fallback_to_runtime_pattern=False):
            return super().get(name)

    with pytest.raises(RequestError, match="A Plain cannot be told which versions to load"):
        Session(Plain(), {"up": UP}).run(RunRequest(load_versions={"count": "v"}))


@pytest.mark.parametrize(
    "version", ["", "..", "../../secret", "/secret", "a/b", "a\\b", "C:x", "v\0"], ids=repr
)
def test_a_version_that_is_no_folder_name_is_refused_before_the_run(version, session, tmp_path):
    up(session, 0)
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "count.json").write_text('"secret"')
    with pytest.raises(
        RequestError, match=r"Version string .* is not allowed.*\(dataset 'count'\) \(--load-versions\)"
    ):
        session.run(RunRequest(pipelines="show", load_versions={"count": version}))
    with pytest.raises(RequestError, match="--load-versions"):
        session.run(combine({"load_versions": {"count": version}}, {"pipelines": ("show",)}))
    assert shown(session) == 1


def test_so_is_one_on_the_command_line(session):
    up(session, 0)
    given = convert({"load_versions": "count:../../secret", "pipelines": "show"}, lambda name: f"--{name}")
    with pytest.raises(RequestError, match=r"Version string '\.\./\.\./secret' is not allowed"):
        session.run(combine(given, {}))
