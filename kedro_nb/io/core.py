"""Where Kedro's users look for the building blocks of a dataset of their own (`kedro.io.core`)."""

from kedro_nb.errors import (
    DatasetAlreadyExistsError,
    DatasetError,
    DatasetNotFoundError,
    VersionAlreadyExistsError,
    VersionNotFoundError,
)
from kedro_nb.io.base import AbstractDataset, is_dataset
from kedro_nb.io.paths import get_filepath_str, get_protocol_and_path
from kedro_nb.io.protocol import CatalogProtocol
from kedro_nb.io.versioned import AbstractVersionedDataset, Version, generate_timestamp

__all__ = [
    "AbstractDataset",
    "AbstractVersionedDataset",
    "CatalogProtocol",
    "DatasetAlreadyExistsError",
    "DatasetError",
    "DatasetNotFoundError",
    "Version",
    "VersionAlreadyExistsError",
    "VersionNotFoundError",
    "generate_timestamp",
    "get_filepath_str",
    "get_protocol_and_path",
    "is_dataset",
]
