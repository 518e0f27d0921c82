"""Pictures for the README, taken in a real JupyterLab: `make pictures`, or for one of your own choice

    python -m tests.browser.pictures NOTEBOOK --cells 3-5 --theme dark --width 900 --to picture.png

`--until TEXT` takes it as soon as the outputs of the last of these cells hold the text, in the middle of a run.
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import tempfile
from pathlib import Path

from . import chromium
from .open_notebook import OpenNotebook
from .servers import JupyterServer

# The README's pictures, as the arguments that make them. Cells are counted from 0, Markdown cells too.
PICTURES = [
    "notebooks/02_iris.ipynb --cells 14-16 --width 1000 --pixels 1.5 --to notebooks/pictures/run.png",
    "notebooks/03_live_run.ipynb --cells 7 --width 1000 --until '2 of 6 nodes' --to notebooks/pictures/live.png",
    "notebooks/04_panel.ipynb --cells 6 --width 1400 --pixels 1.5 --to notebooks/pictures/panel.png",
    "notebooks/04_panel.ipynb --cells 6 --width 1400 --pixels 1.5 --theme dark --to notebooks/pictures/panel_dark.png",
]


def take(wish: argparse.Namespace) -> None:
    """Run a copy of the notebook, with the files beside it, and take the picture."""
    with (
        tempfile.TemporaryDirectory() as folder,
        chromium.started(pixels=wish.pixels) as browser,
        JupyterServer("lab", Path(folder)) as server,
    ):
        shutil.copytree(wish.notebook.resolve().parent, server.root, dirs_exist_ok=True)
        page = browser.new_page()
        page.set_viewport_size({"width": wish.width, "height": 1000})
        notebook = OpenNotebook(page, server, wish.notebook.name)
        notebook.theme(wish.theme)
        notebook.hide_side_bar()
        notebook.start_all()
        if wish.until:
            notebook.wait_for(wish.until, wish.cells[-1], timeout=300)
        else:
            notebook.wait_until_done(timeout=300)
        notebook.screenshot_of_cells(wish.to, *wish.cells)
    print(wish.to)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--cells", type=_cells, required=True, metavar="FIRST-LAST")
    parser.add_argument("--to", type=Path, required=True, metavar="PNG")
    parser.add_argument("--theme", choices=["light", "dark"], default="light")
    parser.add_argument(
        "--width", type=int, default=900, help="in CSS pixels; below 760 JupyterLab changes its layout"
    )
    parser.add_argument("--pixels", type=float, default=2, help="to a CSS pixel")
    parser.add_argument("--until", metavar="TEXT")
    take(parser.parse_args(arguments))


def _cells(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last or first)


if __name__ == "__main__":
    import sys

    for line in [sys.argv[1:]] if sys.argv[1:] else map(shlex.split, PICTURES):
        main(line)
