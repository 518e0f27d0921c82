"""Data only: datasets and the catalog that knows them by name."""

from typing import Any

from kedro_nb.errors import (
    DatasetAlreadyExistsError,
    DatasetError,
    DatasetNotFoundError,
    VersionAlreadyExistsError,
    VersionNotFoundError,
)
from kedro_nb.io.base import AbstractDataset, is_dataset
from kedro_nb.io.cached import CachedDataset
from kedro_nb.io.catalog import DataCatalog
from kedro_nb.io.files import (
    CSVDataset,
    JSONDataset,
    ParquetDataset,
    PickleDataset,
    TextDataset,
    YAMLDataset,
)
from kedro_nb.io.lambda_dataset import LambdaDataset
from kedro_nb.io.memory import MemoryDataset
from kedro_nb.io.patterns import CatalogConfigResolver
from kedro_nb.io.protocol import CatalogProtocol
from kedro_nb.io.shared_memory import SharedMemoryDataCatalog, SharedMemoryDataset
from kedro_nb.io.versioned import AbstractVersionedDataset, Version

__all__ = [
    "AbstractDataset",
    "AbstractVersionedDataset",
    "CSVDataset",
    "CachedDataset",
    "CatalogConfigResolver",
    "CatalogProtocol",
    "DataCatalog",
    "DatasetAlreadyExistsError",
    "DatasetError",
    "DatasetNotFoundError",
    "JSONDataset",
    "LambdaDataset",
    "MemoryDataset",
    "ParquetDataset",
    "PickleDataset",
    "SharedMemoryDataCatalog",
    "SharedMemoryDataset",
    "TextDataset",
    "Version",
    "VersionAlreadyExistsError",
    "VersionNotFoundError",
    "YAMLDataset",
    "is_dataset",
]


def __getattr__(name: str) -> Any:
    from kedro_nb.io.legacy import lookup

    return lookup(__name__, name)
