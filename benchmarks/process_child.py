"""One contender in a process of its own: `python -m benchmarks.process_child CONTENDER WORK AMOUNT...`.

It does the work once for each line it reads, and answers with the seconds. The first answer is from the first run,
with pools and clusters to start; for the work "one" it is from this line on, with everything to import.
"""

from __future__ import annotations

import time

_BEGAN = time.perf_counter()

import json  # noqa: E402  # the clock runs
import logging  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402


def serve(contender: str, name: str, *amounts: str) -> None:
    from benchmarks import process_work
    from benchmarks.measure import timed
    from benchmarks.process_contenders import CONTENDERS

    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a contender prints is no answer
    logging.disable()
    try:
        work = getattr(process_work, name)(*map(int, amounts))
        sample = timed(CONTENDERS[contender](work))
        if name == "one":
            sample()
            print(json.dumps(time.perf_counter() - _BEGAN), file=answers, flush=True)
            return
        for _ in sys.stdin:
            print(json.dumps(sample()), file=answers, flush=True)
    except ImportError as error:
        print(json.dumps(f"no {error.name}"), file=answers, flush=True)
    except Exception as error:
        print(json.dumps(f"{type(error).__name__}"), file=answers, flush=True)
        raise


if __name__ == "__main__":
    serve(*sys.argv[1:])
