"""What stands behind %%kedro_node, taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kedro_nb.errors import RequestError
from kedro_nb.notebook.arguments import refuse_options, split_line, take_option
from kedro_nb.session.cells.inputs import Said
from kedro_nb.session.parsing import split_list
from kedro_nb.session.selection import DEFAULT

OPTIONS = {
    "inputs": ("-i", "--inputs"),
    "outputs": ("-o", "--outputs"),
    "tags": ("-t", "--tags"),
    "pipeline": ("-p", "--pipeline"),
    "namespace": ("-ns", "--namespace"),
}
_OF_DATA = ("inputs", "outputs")
_BRACKETS = ("[", "(", "{")
_NAMESPACE = re.compile(r"[\w-]+(\.[\w-]+)*")


@dataclass(frozen=True)
class Asked:
    """What stands behind %%kedro_node."""

    name: str | None
    inputs: Said
    outputs: Said
    tags: tuple[str, ...]
    pipeline: str
    namespace: str | None


def parse(line: str) -> Asked:
    """Take the line apart.

    Raises:
        RequestError: an option is unknown, or what is given to it is nothing that it can take.
    """
    words = _joined(split_line(line))
    _check_spaces(words)
    given: dict[str, str | None] = {}
    for field, (short, long) in OPTIONS.items():
        words = [long + word[len(short) :] if word.partition("=")[0] == short else word for word in words]
        given[field] = take_option(words, long)
        if field in _OF_DATA:
            _check_brackets(short, given[field] or "")
    refuse_options(words, [*(name for pair in OPTIONS.values() for name in pair), "--help"])
    if len(words) > 1:
        raise RequestError(
            f"%%kedro_node takes one name, and there are {len(words)}: {' '.join(words)}. Names of datasets follow "
            "-i and -o, with commas between them."
        )
    outputs = Said.parse(given["outputs"], "-o")
    for place, (_, dataset) in enumerate(outputs.items):
        if any(dataset == other for _, other in outputs.items[:place]):
            raise RequestError(f"-o names '{dataset}' twice: each output is a dataset of its own.")
    if given["namespace"] and not _NAMESPACE.fullmatch(given["namespace"]):
        raise RequestError(
            f"--namespace: '{given['namespace']}' is none. A namespace is made of letters, digits, hyphens and "
            "underscores, with dots between its parts."
        )
    return Asked(
        name=words[0] if words else None,
        inputs=Said.parse(given["inputs"], "-i"),
        outputs=outputs,
        tags=split_list(given["tags"] or ""),
        pipeline=given["pipeline"] or DEFAULT,
        namespace=given["namespace"] or None,
    )


def _check_brackets(option: str, text: str) -> None:
    if text.startswith(_BRACKETS):
        raise RequestError(
            f"{option} takes names with commas between them and without brackets, as in {option} a,b; by key: "
            f"{option} a=first,b=second"
        )


def _check_spaces(words: list[str]) -> None:
    """Refuse `-o a b`, of which nobody can tell whether b is an output or the node's name."""
    for place, word in enumerate(words[:-2]):
        field = next((field for field, spellings in OPTIONS.items() if word in spellings), None)
        value, behind = words[place + 1 : place + 3]
        if (
            field in _OF_DATA
            and place == 0
            and not behind.startswith("-")
            and not value.startswith(_BRACKETS)
        ):
            raise RequestError(
                f"What is '{behind}' behind {word} {value}? One more name of data follows a comma ({word} {value},"
                f"{behind}), and the node's name stands first: %%kedro_node {behind} {word} {value}"
            )


def _joined(words: list[str]) -> list[str]:
    """`-o a, b` is `-o a,b`."""
    joined: list[str] = []
    for word in words:
        if joined and (joined[-1].endswith(",") or word.startswith(",")) and not word.startswith("-"):
            joined[-1] += word
        else:
            joined.append(word)
    return joined
