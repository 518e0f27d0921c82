"""Spark: a session is one process's, so ThreadRunner runs such pipelines and ParallelRunner says that it cannot."""

from __future__ import annotations

import importlib.util
import logging
import os
import shutil
import subprocess
import sys
import types

import pytest

from kedro_nb.io import DataCatalog, DatasetError, MemoryDataset
from kedro_nb.io.copying import infer_copy_mode
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner import ParallelRunner, SequentialRunner, ThreadRunner

# Everything stays on this machine, and the JVM is made for a short life.
OPTIONS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "512m",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.log.level": "ERROR",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
# `SparkDataset` imports the clients of HDFS and S3, which files on this machine have no use for.
CLIENTS = {"hdfs": ["HdfsError", "InsecureClient"], "s3fs": ["S3FileSystem"]}


def has_java():
    """Whether a Java runtime starts: macOS has a `java` that only tells where to get one."""
    home = os.environ.get("JAVA_HOME")
    java = os.path.join(home, "bin", "java") if home else shutil.which("java")
    try:
        asked = subprocess.run([java or "", "-version"], capture_output=True, check=False)
    except OSError:  # there is none
        return False
    return asked.returncode == 0


if not has_java():
    pytest.skip("Spark runs on Java, and there is no Java runtime here", allow_module_level=True)
pytest.importorskip("pyspark", reason="PySpark is not installed: pip install 'kedro-nb[spark]'")


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    """A session on two threads; the JVM ends with it."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)  # what Spark leaves lying about goes with the folder
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        for name, attributes in CLIENTS.items():
            if importlib.util.find_spec(name) is None:
                client = types.ModuleType(name)
                vars(client).update({each: type(each, (), {}) for each in attributes})
                patch.setitem(sys.modules, name, client)
        builder = SparkSession.builder.master("local[2]")
        for key, value in OPTIONS.items():
            builder = builder.config(key, value)
        session = builder.getOrCreate()
        yield session
        gateway = SparkContext._gateway
        session.stop()
        gateway.shutdown()
        gateway.proc.stdin.close()  # the JVM lives as long as this is open
        gateway.proc.wait(timeout=30)
        SparkContext._gateway = SparkContext._jvm = None


@pytest.fixture
def catalog(spark, tmp_path):
    """The four datasets of the page, the inputs saved."""
    names = ["spark_data_1", "spark_data_2", "spark_data_1_output", "spark_data_2_output"]
    made = DataCatalog.from_config(
        {name: {"type": "spark.SparkDataset", "filepath": f"{tmp_path}/{name}"} for name in names}
    )
    for name in names[:2]:
        made.save(name, spark.range(10))
    return made


def split_data(frame):
    return frame.where("id < 4")


def report_accuracy(frame):
    return frame.selectExpr("avg(cast(id < 8 as int)) as accuracy")


EXAMPLE = pipeline(
    [
        node(split_data, "spark_data_1", "spark_data_1_output"),
        node(report_accuracy, "spark_data_2", "spark_data_2_output"),
    ]
)


def test_thread_runner_runs_the_two_node_example(catalog, caplog):
    caplog.set_level(logging.INFO, logger="kedro_nb")
    ThreadRunner(max_workers=2).run(EXAMPLE, catalog)
    assert sorted(row.id for row in catalog.load("spark_data_1_output").collect()) == [0, 1, 2, 3]
    assert catalog.load("spark_data_2_output").first().accuracy == 0.8
    assert {
        "Loading data from `spark_data_2` (SparkDataset)...",
        "Loading data from `spark_data_1` (SparkDataset)...",
        "Running node: report_accuracy([spark_data_2]) -> [spark_data_2_output]",
        "Running node: split_data([spark_data_1]) -> [spark_data_1_output]",
        "Saving data to `spark_data_2_output` (SparkDataset)...",
        "Saving data to `spark_data_1_output` (SparkDataset)...",
    } <= set(caplog.messages)


@pytest.mark.usefixtures("method")
def test_parallel_runner_refuses_before_the_first_node(catalog, tmp_path):
    def first(x):
        (tmp_path / "ran").touch()

    nodes = pipeline([node(first, "x", None, name="first")]) + EXAMPLE
    catalog["x"] = 1
    with pytest.raises(DatasetError, match=r"^'spark_data_\w+' \(SparkDataset\) .*Run with ThreadRunner\.$"):
        ParallelRunner().run(nodes, catalog)
    assert not (tmp_path / "ran").exists()


def test_parallel_runner_refuses_a_frame_in_memory(spark):
    catalog = DataCatalog({"frame": spark.range(3)})
    with pytest.raises(DatasetError, match=r"(?s)'frame' holds data that cannot be sent.*ThreadRunner"):
        ParallelRunner().run(pipeline([node(split_data, "frame", "part")]), catalog)


@pytest.mark.parametrize("runner", [SequentialRunner, ThreadRunner])
def test_frames_in_memory_are_handed_over_as_they_are(spark, runner):
    seen = []

    def make():
        seen.append(spark.range(3))
        return seen[0]

    def read(frame):
        seen.append(frame)
        return frame

    nodes = [node(make, None, "frame"), node(read, "frame", "same"), node(read, "frame", "again")]
    found = runner().run(pipeline(nodes), DataCatalog()).load()
    assert {id(frame) for frame in [*seen, *found.values()]} == {id(seen[0])}


def test_a_frame_that_is_saved_stays_the_users_object(spark):
    frame = spark.range(3)
    assert infer_copy_mode(frame) == "assign"
    assert MemoryDataset(frame).load() is frame
