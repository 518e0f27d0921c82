"""A node: a function, the names of the datasets it reads and the names of those it writes."""

from __future__ import annotations

import re
from itertools import tee
from operator import itemgetter
from types import GeneratorType
from typing import TYPE_CHECKING, Any

from kedro_nb.pipeline import binding
from kedro_nb.pipeline.awaiting import ASYNC_TYPES, finish
from kedro_nb.pipeline.parameters import PREFIX
from kedro_nb.pipeline.transcoding import strip_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_FORM = "Format should be: node(function, inputs, outputs)"
_VALID_NAME = re.compile(r"[\w\.-]+")
_NO_TAGS: frozenset[str] = frozenset()
_dots_reported = False


class Node:
    """A function with named inputs and outputs.

    Args:
        func: Any callable: a function, `async def`, generator function, lambda, partial, class or instance.
        inputs: A dataset name, a list of names (passed by position), a dict of argument -> name, or None.
        outputs: A dataset name, a list of names (the function returns as many values), a dict of
            key -> name (the function returns a dict with these keys), or None.
        name: Unique in a pipeline; made from the function and the datasets when left out.
        tags: For choosing nodes.
        confirms: Datasets to confirm once the node has run.
        namespace: Comes before the name, with a dot.
    """

    def __init__(
        self,
        func: Callable[..., Any],
        inputs: str | list[str] | dict[str, str] | None,
        outputs: str | list[str] | dict[str, str] | None,
        *,
        name: str | None = None,
        tags: str | Iterable[str] | None = None,
        confirms: str | list[str] | None = None,
        namespace: str | None = None,
    ) -> None:
        if not callable(func):
            raise _invalid(f"first argument must be a function, not '{type(func).__name__}'.")
        read, written = _names(inputs, "inputs"), _names(outputs, "outputs")
        if not read and not written:
            raise _invalid("it must have some 'inputs' or 'outputs'.")
        binding.check_signature(func, inputs)
        self._keywords: tuple[str, ...] | None = None
        if isinstance(inputs, dict):
            self._keywords = binding.in_signature_order(func, inputs)
            read = tuple([inputs[key] for key in self._keywords])
        self._func = func
        self.is_generator = binding.is_generator_function(func)  # it yields its outputs in chunks
        self._inputs = inputs if isinstance(inputs, str) else _own(inputs)
        self._outputs = outputs if isinstance(outputs, str) else _own(outputs)
        self._name = _valid(name, "name") if name else None
        self._tags = valid_tags(tags) if tags is not None else _NO_TAGS
        self.confirm_names = _names(confirms, "confirms") if confirms is not None else ()
        self._namespace = namespace or None
        # Tuples to read without copying, as is `confirm_names`. The keys leave formats out: a dataset is one,
        # whatever its format; names and keys are the same object when nothing is transcoded.
        self.input_names, self.output_names = read, written
        self.input_keys, self.output_keys = strip_all(read), strip_all(written)
        name = self._name or binding.default_name(func, read, written)
        self._full_name = f"{namespace}.{name}" if namespace else name
        self._check_datasets()

    def _check_datasets(self) -> None:
        names = self.output_names
        if len(names) > 1 and len(set(names)) < len(names):
            twice = binding.braced({name for name in names if names.count(name) > 1})
            raise ValueError(
                f"Failed to create node {self} due to duplicate output(s) {twice}.\n"
                "Node outputs must be unique."
            )
        for key in self.output_keys:
            if key in self.input_keys:
                raise ValueError(
                    f"Failed to create node {self}.\nA node cannot have the same inputs and outputs "
                    f"even if they are transcoded: {binding.braced([key])}"
                )
        if not _dots_reported:
            _report_dots(self)

    def derive(
        self,
        *,
        rename: Callable[[str], str] | None = None,
        namespace: str | None = None,
        tags: Iterable[str] = (),
    ) -> Node:
        """A copy with other dataset names, within another namespace, with more tags."""
        inputs, outputs, confirms = self._inputs, self._outputs, self.confirms
        if rename is not None:
            inputs, outputs = _renamed(rename, inputs), _renamed(rename, outputs)
            confirms = [rename(name) for name in confirms]
        if namespace and self._namespace:
            namespace = f"{namespace}.{self._namespace}"
        return type(self)(
            self._func,
            inputs,
            outputs,
            name=self._name,
            tags=self._tags.union(tags),
            confirms=confirms,
            namespace=namespace or self._namespace,
        )

    def with_function(self, func: Callable[..., Any]) -> Node:
        """A copy that calls another function. It keeps everything else, a name that was made from the old one too.

        Raises:
            TypeError: the function does not take the inputs.
        """
        new = object.__new__(type(self))
        new.__dict__.update(self.__dict__)
        new.func = func
        return new

    @property
    def func(self) -> Callable[..., Any]:
        return self._func

    @func.setter
    def func(self, func: Callable[..., Any]) -> None:
        if not callable(func):
            raise _invalid(f"first argument must be a function, not '{type(func).__name__}'.")
        binding.check_signature(func, self._inputs)
        self._func = func
        self.is_generator = binding.is_generator_function(func)

    @property
    def inputs(self) -> list[str]:
        """Dataset names in the order of the definition (of the signature for a dict), repeated as written."""
        return list(self.input_names)

    @property
    def outputs(self) -> list[str]:
        return list(self.output_names)

    @property
    def confirms(self) -> list[str]:
        return list(self.confirm_names)

    @property
    def tags(self) -> set[str]:
        return set(self._tags)

    @property
    def name(self) -> str:
        return self._full_name

    @property
    def short_name(self) -> str:
        """The name without the namespace; for a node without a name a title made from its function's."""
        return self._name or binding.func_name(self._func).replace("_", " ").title()

    @property
    def namespace(self) -> str | None:
        return self._namespace

    @property
    def namespace_prefixes(self) -> list[str]:
        """`"a.b.c"` -> `["a", "a.b", "a.b.c"]`."""
        if not self._namespace:
            return []
        parts = self._namespace.split(".")
        return [".".join(parts[: i + 1]) for i in range(len(parts))]

    def tag(self, tags: str | Iterable[str]) -> Node:
        """A copy with these tags added."""
        return self.derive(tags=[tags] if isinstance(tags, str) else tags)

    def call(self, values: Sequence[Any]) -> Any:
        """Call the function with data in the order of `inputs`; its result as it is, coroutines awaited."""
        keys = self._keywords
        result = self._func(*values) if keys is None else self._func(**dict(zip(keys, values, strict=True)))
        return finish(result) if type(result) in ASYNC_TYPES else result

    def unpack(self, result: Any) -> list[Any]:
        """Split what the function returned (or yielded) into data in the order of `outputs`."""
        if isinstance(self._outputs, str):
            return [result]
        return binding.unpack(self, self._outputs, result)

    def run(self, inputs: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run on data by dataset name; gives data by dataset name."""
        if inputs is not None and not isinstance(inputs, dict):
            raise ValueError(f"Node.run() expects a dictionary or None, but got {type(inputs)} instead")
        data = inputs or {}
        expected = self.input_names
        if data.keys() != set(expected):
            raise ValueError(self._unexpected(list(data)))
        result = self.call([data[name] for name in expected])
        if isinstance(result, GeneratorType):
            return self._streams(result)
        return dict(zip(self.output_names, self.unpack(result), strict=True))

    def _streams(self, chunks: Iterable[Any]) -> dict[str, Any]:
        """An iterator for each output over its part of every chunk."""
        if not self.output_names:
            for chunk in chunks:
                self.unpack(chunk)
            return {}
        copies = tee(map(self.unpack, chunks), len(self.output_names))
        return {
            name: map(itemgetter(i), parts)
            for i, (name, parts) in enumerate(zip(self.output_names, copies, strict=True))
        }

    def __call__(self, **kwargs: Any) -> dict[str, Any]:
        return self.run(inputs=kwargs)

    def _unexpected(self, given: list[str]) -> str:
        expected = sorted(set(self.input_names))
        if not expected:
            wanted = "no inputs"
        elif isinstance(self._inputs, str):
            wanted = f"one input named '{self._inputs}'"
        else:
            wanted = f"{len(expected)} input(s) {expected}"
        got = f"{len(given)} input(s) instead: {sorted(given, key=str)}"
        return f"Node {self} expected {wanted}, but got the following {got}."

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Node):
            return NotImplemented
        return (
            self._full_name == other._full_name
            and self.input_names == other.input_names
            and self.output_names == other.output_names
        )

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Node):
            return NotImplemented
        return (self._full_name, self.input_names, self.output_names) < (
            other._full_name,
            other.input_names,
            other.output_names,
        )

    def __hash__(self) -> int:
        return hash(self._full_name)  # a string keeps its hash

    def __str__(self) -> str:
        name = f"{self._name}: " if self._name else ""
        func = binding.func_name(self._func)
        return f"{name}{func}({_braced(self.input_names)}) -> {_braced(self.output_names)}"

    def __repr__(self) -> str:
        words = [binding.func_name(self._func), repr(self._inputs), repr(self._outputs)]
        for key, value in (
            ("name", self._name),
            ("tags", sorted(self._tags)),
            ("confirms", self.confirms),
            ("namespace", self._namespace),
        ):
            if value:
                words.append(f"{key}={value!r}")
        return f"Node({', '.join(words)})"


node = Node  # as older code spells it


def valid_tags(tags: str | Iterable[str]) -> frozenset[str]:
    return frozenset([_valid(tag, "tag") for tag in ([tags] if isinstance(tags, str) else tags)])


def _valid(name: str, what: str) -> str:
    if not isinstance(name, str) or not _VALID_NAME.fullmatch(name):
        raise ValueError(
            f"'{name}' is not a valid node {what}. "
            "It must contain only letters, digits, hyphens, underscores and/or fullstops."
        )
    return name


def _invalid(why: str) -> ValueError:
    return ValueError(f"Invalid Node definition: {why}\n{_FORM}")


def _names(value: binding.Names, what: str) -> tuple[str, ...]:
    names: tuple[Any, ...]
    if isinstance(value, str):
        names = (value,)
    elif value is None:
        return ()
    elif isinstance(value, list):
        names = tuple(value)
    elif isinstance(value, dict):
        names = tuple(value.values())
    else:
        raise _invalid(
            f"'{what}' type must be one of [String, List, Dict, None], not '{type(value).__name__}'."
        )
    for name in names:
        if not isinstance(name, str):
            use = "inputs to" if what == "inputs" else f"{what} of"
            raise _invalid(
                f"names of variables used as {use} the function must be of 'String' type, "
                f"but {name!r} from {value} is '{type(name)}'."
            )
        if not name:
            raise _invalid(f"a dataset name in '{what}' is empty.")
    return names


def _own(names: binding.Names) -> binding.Names:
    """A copy that the caller's later changes do not reach."""
    if isinstance(names, list):
        return list(names)
    return dict(names) if isinstance(names, dict) else names


def _renamed(rename: Callable[[str], str], names: binding.Names) -> binding.Names:
    if isinstance(names, str):
        return rename(names)
    if isinstance(names, list):
        return [rename(name) for name in names]
    return {key: rename(name) for key, name in names.items()} if names else names


def _report_dots(node: Node) -> None:
    global _dots_reported  # noqa: PLW0603 - once in a process, however many nodes there are
    for name in (*node.input_names, *node.output_names):
        if "." not in name or name.startswith(PREFIX):
            continue
        if node.namespace and name.startswith(f"{node.namespace.split('.')[0]}."):
            continue
        import warnings

        _dots_reported = True
        warnings.warn(
            f"One or more dataset names contain '.' characters ('{name}'), which is not recommended: "
            "a dot stands between a namespace and a name.",
            UserWarning,
            stacklevel=4,
        )
        return


def _braced(names: tuple[str, ...]) -> str:
    return f"[{';'.join(names)}]" if names else "None"
