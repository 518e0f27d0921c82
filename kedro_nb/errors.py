"""Every error of kedro_nb's own, on one screen.

The names and base classes are Kedro's where Kedro has one. Each error is built from its message alone, so it
pickles; whoever raises it says what is wrong, where, and what to do next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class PipelineError(Exception):
    """A pipeline cannot be put together as asked (mapping of a modular pipeline, a cycle, a name taken twice)."""


class CircularDependencyError(PipelineError):
    """Nodes depend on each other in a circle."""


class OutputNotUniqueError(PipelineError):
    """Two nodes write the same dataset."""


class ConfirmNotUniqueError(PipelineError):
    """Two nodes confirm the same dataset."""


class DatasetError(Exception):
    """A dataset cannot be described, loaded, saved or checked."""


class DatasetNotFoundError(DatasetError):
    """The catalog has no dataset of this name."""


class DatasetAlreadyExistsError(DatasetError):
    """The catalog has a dataset of this name already."""


class VersionNotFoundError(DatasetError):
    """No stored version of the dataset fits."""


class VersionAlreadyExistsError(DatasetError):
    """The version to be saved is there already."""


class RequestError(ValueError):
    """A run was asked for in words that do not fit: an option, a name, a parameter, a configuration file."""


class CredentialsNotFoundError(DatasetError, KeyError):
    """A catalog entry names credentials that are not there. A KeyError too, because it is one in Kedro."""

    __str__ = Exception.__str__  # KeyError shows its message in quotes


class UnknownPipelineError(RequestError, KeyError):
    """No pipeline is registered under this name. A KeyError too, as the registry is a mapping."""

    __str__ = Exception.__str__


class RunCancelledError(Exception):
    """The run was cancelled before it ended."""


class WorkerError(RuntimeError):
    """The process that a node ran in has ended before the node."""


_MOST_COMPARED = 1_000  # names that are compared letter by letter, which takes long
_LONGEST_COMPARED = 200  # characters of them


def closest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The known names that look most like `name`, best first. Of very many, those with the same beginning or end."""
    import difflib

    if len(name) > _LONGEST_COMPARED:
        return []
    names = [each for each in known if len(each) <= _LONGEST_COMPARED]
    if len(names) > _MOST_COMPARED:
        names = [each for each in names if each[:2] == name[:2] or each[-2:] == name[-2:]]
        names.sort(key=lambda each: abs(len(each) - len(name)))
    return difflib.get_close_matches(name, names[:_MOST_COMPARED], n=count, cutoff=0.5)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """' - did you mean one of these instead: a, b' or nothing, to end a message with (Kedro's wording)."""
    names = closest(name, known)
    return f" - did you mean one of these instead: {', '.join(names)}" if names else ""
