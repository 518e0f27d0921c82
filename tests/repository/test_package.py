"""What a user installs."""

from __future__ import annotations

import email
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import kedro_nb

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = [
    line
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from this tree without the network."""
    target = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        target,
        ROOT,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = target.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


def metadata(wheel):
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    return email.message_from_bytes(wheel.read(name))


def test_the_wheel_is_typed_for_its_users(wheel):
    assert "kedro_nb/py.typed" in wheel.namelist()


def test_the_wheel_holds_every_module_and_nothing_beside_the_package(wheel):
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "kedro_nb").rglob("*.py")}
    held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert modules <= held
    assert all(name.startswith("kedro_nb/") for name in held)


def test_the_wheel_brings_the_javascript_ready_to_use(wheel):
    built = [str(path.relative_to(ROOT)) for path in ROOT.glob("kedro_nb/notebook/static/*.js")]
    assert built
    assert all(wheel.read(name) == (ROOT / name).read_bytes() for name in built)


def test_the_wheel_carries_licence_and_readme(wheel):
    described = metadata(wheel)
    assert described["License-Expression"] == "Apache-2.0"
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())
    assert described.get_payload().startswith("# kedro_nb")


def test_the_source_archive_holds_what_its_tests_and_its_readme_name(tmp_path):
    build = "import hatchling.build, sys; hatchling.build.build_sdist(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, tmp_path], cwd=ROOT, check=True, capture_output=True)
    (path,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    read = {
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "Makefile",
        "README.md",
        "constraints.txt",
        "pyproject.toml",
    }
    assert read <= held
    assert not [name for name in held if "node_modules" in name]


def test_the_wheel_has_the_version_that_the_package_states(wheel):
    assert metadata(wheel)["Version"] == kedro_nb.__version__


def test_the_changelog_begins_with_this_version():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## \[?(\d[\w.]*)", changelog, re.MULTILINE)[0] == kedro_nb.__version__


def test_kedro_is_no_dependency():
    assert "kedro" not in {Requirement(line).name for line in PROJECT["dependencies"]}


def test_constraints_are_plain_pins():
    assert [line for line in PINS if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []


@pytest.mark.parametrize("extra", ["", *PROJECT["optional-dependencies"]])
def test_constraints_pin_what_make_installs(extra):
    """Every requirement has a pin, and the pin is within the range that users get."""
    pins = {canonicalize_name(name): version for name, version in (line.split("==") for line in PINS)}
    lines = PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"]
    for requirement in map(Requirement, lines):
        if requirement.name != "kedro-nb":
            assert requirement.specifier.contains(pins.get(canonicalize_name(requirement.name), "none")), (
                requirement
            )


def test_contributing_gives_a_reason_for_every_dependency():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    extras = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    names = {Requirement(line).name for line in [*PROJECT["dependencies"], *extras]} - {"kedro-nb"}
    assert {name for name in names if f"| {name} |" not in text} == set()
