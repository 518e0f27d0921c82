"""What is not used is not imported."""

import os
import pathlib
import subprocess
import sys

import kedro_nb

MEMORY_ONLY = """
import sys
from kedro_nb.io import DataCatalog, MemoryDataset, CachedDataset, LambdaDataset
catalog = DataCatalog({"a": MemoryDataset([1, {"b": (2, {3})}])})
catalog["b"] = object()
catalog.save("a", catalog.load("a"))
catalog.get("c", fallback_to_runtime_pattern=True).adopt([1])
catalog["c"].borrow()
lazy = DataCatalog.from_config({"m": {"type": "MemoryDataset"}, "{n}#m": {"type": "kedro.io.MemoryDataset"}})
lazy.save("m", [1]); lazy.save("x#m", [2]); repr(lazy); lazy.to_config(); lazy.filter("m")
heavy = {"pandas", "numpy", "fsspec", "yaml", "asyncio", "inspect", "concurrent", "kedro", "kedro_datasets", "IPython"}
print(sorted(heavy & set(sys.modules)))
"""


def test_memory_datasets_alone_import_no_library():
    root = pathlib.Path(kedro_nb.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", MEMORY_ONLY],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
