"""Where a dataset's file is: protocols and paths."""

from __future__ import annotations

import os
import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from kedro_nb.errors import DatasetError

if TYPE_CHECKING:
    from kedro_nb.io.versioned import Version

LOCAL_PROTOCOLS = ("file", "local")
HTTP_PROTOCOLS = ("http", "https")
PROTOCOL_DELIMITER = "://"


def get_protocol_and_path(
    filepath: str | os.PathLike[str], version: Version | None = None
) -> tuple[str, str]:
    """Split "s3://bucket/x.csv" into "s3" and "bucket/x.csv"; a path without a protocol is a local file."""
    text = filepath.as_posix() if isinstance(filepath, PurePath) else os.fspath(filepath)
    protocol, delimiter, path = text.partition(PROTOCOL_DELIMITER)
    if not delimiter or re.match(r"^[A-Za-z]:[\\/]", text):
        return "file", text
    if protocol in HTTP_PROTOCOLS:
        if version is not None:
            raise DatasetError(
                "Versioning is not supported for HTTP protocols. "
                "Please remove the `versioned` flag from the dataset configuration."
            )
        return protocol, text
    if protocol in LOCAL_PROTOCOLS and re.match(r"^/[A-Za-z]:[\\/]", path):
        path = path[1:]  # file:///C:/x
    return protocol, path


def get_filepath_str(raw_path: PurePath, protocol: str) -> str:
    """The path as fsspec wants it."""
    path = raw_path.as_posix()
    # The protocol is part of an HTTP path, and PurePosixPath folds its double slash.
    if protocol in HTTP_PROTOCOLS and PROTOCOL_DELIMITER not in path:
        return path.replace(":/", PROTOCOL_DELIMITER, 1)
    return path
