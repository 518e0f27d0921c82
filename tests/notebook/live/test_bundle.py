from __future__ import annotations

import json
import zlib

from kedro_nb.io import DataCatalog
from kedro_nb.notebook.live import bundle, html_without_graph
from kedro_nb.runner.measures import Measured
from kedro_nb.session import RunRequest, Session

from .runs import all_done, chain, finished, layered, printed, progress_of, run_of

RECORD = "application/vnd.kedro-nb.run.v1+json"


def test_beside_a_graph_that_is_there_already_a_page_has_none():
    run = run_of(progress_of(p := chain("one"), *all_done(p), over=True))
    run.over = False  # a record has more to look at
    assert "<img" in bundle(run)["text/html"]
    html = html_without_graph(run)
    assert "<img" not in html
    assert "<table" in html


def test_three_hundred_nodes_leave_at_most_200_kb_in_a_notebook_s_file():
    """All that is stored, as the file has it, with everything measured and each node printing."""
    pipeline = layered(300, 15)
    session = Session(DataCatalog(dict.fromkeys(pipeline.inputs(), (1, 2))), {"__default__": pipeline})
    session.durations.update({node.name: 1.234 for node in pipeline.nodes})
    run = session.prepare(RunRequest())
    start = 1_700_000_000.0
    run.progress = progress_of(pipeline, expected=session.durations)
    run.progress.started = start
    for place, node in enumerate(pipeline.nodes):
        (output,) = node.outputs
        data = {output: Measured("DataFrame", 123_456_789 + place, (12_345 + place, 67))}
        worker = f"ThreadPoolExecutor-0_{place % 8}"
        for event in (
            *printed(node, *(f"epoch {i}: {zlib.crc32(bytes([i, place % 256])):x}\n" for i in range(20))),
            *finished(node, 2.345, start + place % 37 * 1.7, worker, peak=987_654_321, data=data),
        ):
            run.progress(event)
    run.progress.state, run.progress.ended = "finished", start + 70.0
    run.state = "finished"
    run._over.set()
    made = bundle(run)
    assert set(made) == {"text/html", "text/plain", RECORD}
    assert len(json.dumps(made, ensure_ascii=False, indent=1).encode()) <= 200_000
