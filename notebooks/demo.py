"""Run the iris notebook headless and say what came out: `make demo`, or `python demo.py [NOTEBOOK]`."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent / "build"
TIMEOUT = 300  # seconds for one cell: a broken kernel ends the demo instead of hanging it


def main(arguments: list[str]) -> int:
    source = Path(arguments[0]).resolve() if arguments else HERE / "02_iris.ipynb"
    target = BUILD / source.name
    notebook = nbformat.read(source, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],  # the kernel's own warnings are no news of this run
        resources={"metadata": {"path": source.parent}},
    )
    print(f"Running {_short(source)} ...", flush=True)
    began = time.perf_counter()
    try:
        client.execute()
    except CellExecutionError as error:
        print(error, file=sys.stderr)
        print(f"The notebook failed; as far as it came: {_short(_write(notebook, target))}", file=sys.stderr)
        return 1
    seconds = time.perf_counter() - began
    _write(notebook, target)

    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    print(f"\n{len(cells)} cells ran in {seconds:.1f} s, these runs among them:")
    for cell in cells:
        for line in re.findall(r"^.*%kedro_run\b.*$", cell.source, re.MULTILINE):
            print(f"  {line.strip():<60} {_seconds(cell):6.2f} s")
    accuracy = re.compile(r"accuracy\b.*(\d%|0\.\d)", re.IGNORECASE)
    found = dict.fromkeys(line.strip() for cell in cells for line in _lines(cell) if accuracy.search(line))
    print("\nWhat they showed:")
    print("\n".join(f"  {line}" for line in found) or "  no accuracy")
    print(f"\nThe executed notebook: {_short(target)}")
    return 0 if found else 1


def _write(notebook: nbformat.NotebookNode, target: Path) -> Path:
    target.parent.mkdir(exist_ok=True)
    nbformat.write(notebook, target)
    return target


def _short(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _seconds(cell: Any) -> float:
    """How long the kernel was busy with a cell, by the times that nbclient notes in its metadata."""
    times = cell.metadata.get("execution", {})
    busy, idle = (times.get(f"iopub.status.{state}") for state in ("busy", "idle"))
    if not (busy and idle):
        return 0.0
    return (datetime.fromisoformat(idle) - datetime.fromisoformat(busy)).total_seconds()


def _lines(cell: Any) -> Iterator[str]:
    """The lines of a cell's outputs, as plain text."""
    for output in cell.outputs:
        text = output.get("text") or output.get("data", {}).get("text/plain", "")
        yield from text.splitlines()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
