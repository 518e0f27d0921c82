"""YAML as configuration needs it: no dates, no numbers to base 60, no key twice; of bounded depth and size."""

from __future__ import annotations

import re
from typing import Any

import yaml

from kedro_nb.pipeline.parameters import DEEPEST

_MOST = 1_000_000  # values, with those that an alias repeats
_BITS = 14_000  # of a number: Python refuses to write out longer ones
_LONG = 40  # characters of a number
_TYPES = {"int": "a whole number", "float": "a number", "bool": "true or false", "timestamp": "a date"}
_FLOAT = re.compile(
    r"""(?: [-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?
          | [-+]?[0-9][0-9_]*[eE][-+]?[0-9]+
          | [-+]?\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?
          | [-+]?\.(?:inf|Inf|INF)
          | \.(?:nan|NaN|NAN) )$""",
    re.VERBOSE,
)
_INT = re.compile(r"[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]*|[1-9][0-9_]*)$")


class Loader(yaml.SafeLoader):
    """What it refuses is a `yaml.YAMLError` that has its place.

    Attributes:
        _depth: of the node that is being read.
        _size: values in it so far.
        _sizes: values in each node that has a name, by its id.
    """

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)
        self._depth = self._size = 0
        self._sizes: dict[int, int] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        self._depth += 1
        if self._depth > DEEPEST:
            self._refuse(f"it is nested more than {DEEPEST} levels deep", event)
        outer, self._size = self._size, 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        if isinstance(event, yaml.AliasEvent):
            if id(node) not in self._sizes:
                self._refuse("it contains itself", event)
            self._size = self._sizes[id(node)]
            if outer + self._size > _MOST:
                self._refuse(f"its aliases repeat more than {_MOST:,} values", event)
        elif event.anchor is not None:
            self._sizes[id(node)] = self._size
        self._size += outer
        return node

    def _refuse(self, problem: str, event: Any) -> None:
        raise yaml.composer.ComposerError(problem=problem, problem_mark=event.start_mark)

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            value = super().construct_object(node, deep)
        except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
            raise yaml.constructor.ConstructorError(
                problem=_problem(node), problem_mark=node.start_mark
            ) from error
        if type(value) is int and value.bit_length() > _BITS:
            raise yaml.constructor.ConstructorError(problem=_problem(node), problem_mark=node.start_mark)
        return value

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if key.tag != "tag:yaml.org,2002:merge" and isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        problem=f"the key '{key.value}' is there twice", problem_mark=key.start_mark
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def _problem(node: Any) -> str:
    """Why a node has no value. The value itself may be a secret."""
    name = node.tag.rpartition(":")[2]
    if not isinstance(node.value, str):
        return f"this is not of the type '{name}'"
    if name == "int" and len(node.value) > _LONG:
        return f"a number of {len(node.value):,} digits is too long: in quotes it is a text"
    return f"this is not {_TYPES.get(name, f'of the type {name}')}: in quotes it is a text"


_REPLACED = ("timestamp", "int", "float")
Loader.yaml_implicit_resolvers = {
    first: [(tag, regex) for tag, regex in resolvers if tag.rpartition(":")[2] not in _REPLACED]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _tag, _regex in (("float", _FLOAT), ("int", _INT)):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _regex, list("-+.0123456789"))
