"""Run the tests where `make test` does not: on other Python versions, and with the oldest supported packages.

`make compat` runs all of them, `make compat ARGS="oldest"` one. A Python version that this machine does not have is
named and left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PYENV = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"


class Environment(NamedTuple):
    """One environment to test in.

    Args:
        python: the version of Python, as in "3.12".
        constraints: the file that pins the packages.
        browser: run the browser tests as well. They depend on the versions of JupyterLab, not on that of Python.
        warnings: what pytest does about warnings. Old packages warn about each other.
    """

    python: str
    constraints: str
    browser: bool
    warnings: str = "error"


ENVIRONMENTS = {
    "3.12": Environment("3.12", "constraints.txt", browser=False),
    "3.13": Environment("3.13", "constraints.txt", browser=False),
    "oldest": Environment("3.11", "constraints-oldest.txt", browser=True, warnings="default"),
}


def interpreter(version: str) -> str | None:
    """The interpreter of a Python version: this one, one on the PATH, or one of pyenv's."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    candidates = [shutil.which(f"python{version}"), *sorted(PYENV.glob(f"{version}.*/bin/python"))]
    for candidate in filter(None, candidates):
        # pyenv puts a `python3.12` on the PATH that works only where this version is selected.
        if subprocess.run([candidate, "-V"], capture_output=True, check=False).returncode == 0:
            return str(candidate)
    return None


def install(name: str, environment: Environment, python: str) -> Path:
    """Create the environment if it does not exist, install the package with its tests, and return its interpreter."""
    folder = ROOT / "build" / "compat" / name
    binary = folder / "bin" / "python"
    if not binary.exists():
        subprocess.run([python, "-m", "venv", folder], check=True)
    pip = [binary, "-m", "pip", "-qq", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "hatchling", "editables"], check=True)
    pinned = ["--no-build-isolation", "--constraint", environment.constraints]
    subprocess.run([*pip, *pinned, "--editable", ".[test]"], cwd=ROOT, check=True)
    return binary


def run(name: str, environment: Environment) -> str:
    """Run the tests in one environment.

    Returns:
        The closing line of pytest, or why nothing was run.
    """
    python = interpreter(environment.python)
    if python is None:
        return f"not run: Python {environment.python} is not installed"
    binary = install(name, environment, python)
    settings = {} if environment.browser else {"KEDRO_NB_NO_BROWSER": "1"}
    if environment.browser:
        subprocess.run([binary, "-m", "tests.browser.chromium"], cwd=ROOT, check=True)
    options = ["-n", "2", "--dist", "loadfile", "--hypothesis-profile=ci", "-W", environment.warnings]
    pytest = [binary, "-m", "pytest", *options, "tests"]
    process = subprocess.Popen(
        pytest, cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True
    )
    last = ""
    for line in process.stdout or ():
        print(line, end="")
        last = line.strip() or last
    return last if process.wait() == 0 else f"FAILED {last}"


def main(names: list[str]) -> int:
    """Run the environments with these names, all without names; 1 if one of them failed, 2 for an unknown name."""
    if unknown := [name for name in names if name not in ENVIRONMENTS]:
        print(
            f"Unknown environment: {', '.join(unknown)}. There are: {', '.join(ENVIRONMENTS)}.",
            file=sys.stderr,
        )
        return 2
    results = {}
    for name in names or ENVIRONMENTS:
        print(f"\n== {name}", flush=True)
        results[name] = run(name, ENVIRONMENTS[name])
    print()
    for name, result in results.items():
        print(f"{name:8} {result}")
    return int(any(result.startswith("FAILED") for result in results.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
