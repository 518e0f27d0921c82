"""Start: a fresh interpreter each time, its own start-up not counted"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

from benchmarks.measure import Sample, Table, cell, measure, ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST_RESULT = """
from {0}.io import DataCatalog, MemoryDataset
from {0}.pipeline import Node, Pipeline
from {0}.runner import SequentialRunner

catalog = DataCatalog({{"x": MemoryDataset(1)}})
SequentialRunner().run(Pipeline([Node(lambda x: x + 1, "x", "y")]), catalog)
"""
SHELL = "from IPython.core.interactiveshell import InteractiveShell; shell = InteractiveShell.instance()"
LOAD = "assert shell.extension_manager.load_extension('{}') is None"  # anything else says why it did not

# What is measured -> name -> (code before the clock starts, code on the clock).
CASES = {
    "import of pipeline, io and runner": {
        "kedro_nb": ("", "import kedro_nb.pipeline, kedro_nb.io, kedro_nb.runner"),
        "Kedro": ("", "import kedro.pipeline, kedro.io, kedro.runner"),
        "Hamilton": ("", "from hamilton import driver"),
        "Dask": ("", "import dask.threaded"),
    },
    "import and first one-node result": {
        "kedro_nb": ("", FIRST_RESULT.format("kedro_nb")),
        "Kedro": ("", FIRST_RESULT.format("kedro")),
        "Hamilton": (
            "",
            """
            from hamilton import ad_hoc_utils, driver

            def y(x: int) -> int:
                return x + 1

            module = ad_hoc_utils.create_temporary_module(y)
            driver.Builder().with_modules(module).build().execute(["y"], inputs={"x": 1})
            """,
        ),
        "Dask": (
            "",
            """
            import dask.threaded

            dask.threaded.get({"x": 1, "y": (lambda x: x + 1, "x")}, "y")
            """,
        ),
    },
    "%load_ext in a bare IPython shell": {
        "kedro_nb": (SHELL, LOAD.format("kedro_nb")),
        "Kedro": (SHELL, LOAD.format("kedro.ipython")),
    },
}
PACKAGES = {"kedro_nb": "kedro_nb", "Kedro": "kedro", "Hamilton": "hamilton", "Dask": "dask"}


def run(*, quick: bool) -> Iterator[Table]:
    table = Table(["milliseconds", *PACKAGES, "Kedro / kedro_nb"])
    loaded = Table(["heavy imports it drags in", *PACKAGES])
    for what, codes in CASES.items():
        samples = {name: _sample(PACKAGES[name], *code) for name, code in codes.items()}
        results = measure(samples, rounds=1 if quick else 7, budget=60.0)
        cells = {name: cell(result, 1e3, 0) for name, result in results.items()}
        table.rows.append(
            [
                what,
                *(cells.get(name, "") for name in PACKAGES),
                ratio(results["Kedro"], results["kedro_nb"]),
            ]
        )
        heavy = {
            name: _heavy(*codes[name]) for name, result in results.items() if not isinstance(result, str)
        }
        loaded.rows.append([what, *(heavy.get(name, "") for name in PACKAGES)])
    yield table
    yield loaded


def _sample(package: str, before: str, code: str) -> Sample | str:
    if importlib.util.find_spec(package) is None:
        return f"no {package}"
    program = _program(before, code, "print(time.perf_counter() - began)")
    # The first time does not count: it compiles, and warms the disk's cache.
    probe = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    if probe.returncode:
        return probe.stderr.strip().splitlines()[-1].split(":")[0]
    return lambda: float(_output(program))


def _heavy(before: str, code: str) -> str:
    """Of the libraries that nobody wants to wait for, those that the code has imported."""
    wanted = "('numpy', 'pandas', 'sklearn', 'pyarrow', 'dynaconf', 'jinja2', 'asyncio')"
    program = _program(
        before, code, f"print(' '.join(name for name in {wanted} if name in sys.modules and name not in had))"
    )
    return _output(program) or "none"


def _program(before: str, code: str, after: str) -> str:
    parts = (
        "import logging, sys, time; logging.disable(logging.INFO)",
        before,
        "had = set(sys.modules); began = time.perf_counter()",
        textwrap.dedent(code),
        after,
    )
    return "\n".join(parts)


def _output(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return (done.stdout.splitlines() or [""])[-1]
