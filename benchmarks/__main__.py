"""Run the sections asked for; print their tables and write them to build/benchmarks.md."""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import logging
import os
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SECTIONS = ("overhead", "threads", "processes", "building", "start", "asynchronous", "order", "hooks", "live")
PEERS = ("kedro", "apache-hamilton", "dask", "distributed", "loky", "joblib")
REPORT = Path(__file__).resolve().parent.parent / "build" / "benchmarks.md"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)} (default: all)"
    )
    parser.add_argument("--quick", action="store_true", help="small graphs, one round: does it run at all?")
    parser.add_argument(
        "--output", type=Path, default=REPORT, help="where the report goes (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    if unknown := set(options.sections) - set(SECTIONS):
        parser.error(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")

    # Log lines and usage reports would be measured with the rest, and only some contenders have them.
    os.environ |= {"DO_NOT_TRACK": "1", "HAMILTON_TELEMETRY_ENABLED": "false"}
    logging.disable()

    report: list[str] = []

    def say(text: str) -> None:
        print(text, flush=True)
        report.append(text)

    say(f"# Benchmarks\n\n{_conditions()}\n")
    for name in options.sections or SECTIONS:
        section = importlib.import_module(f"benchmarks.{name}")
        say(f"## {section.__doc__.splitlines()[0]}\n")
        for table in section.run(quick=options.quick):
            say(f"{table}\n")
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text("\n".join(report), encoding="utf-8")
    print(f"Written to {options.output}")
    return 0


def _conditions() -> str:
    peers = ", ".join(f"{name} {_version(name)}" for name in PEERS)
    return (
        f"Python {platform.python_version()}, {os.cpu_count()} cores; {peers}. Medians of "
        "interleaved rounds; logging off for all. Compare numbers of one run only."
    )


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


if __name__ == "__main__":
    sys.exit(main())
