"""Dataset factory patterns: one catalog entry for many datasets, chosen by name."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import DatasetError
from kedro_nb.io.config import check_credentials, check_entry, fill_credentials
from kedro_nb.io.safe_paths import WORD, leads_elsewhere
from kedro_nb.masking import remember_credentials

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Patterns = dict[str, dict[str, Any]]

_SHORT = 100  # characters of a name that is matched in no time
_FIELD = re.compile(r"\{([A-Za-z_]\w*)\}")
MEMORY_PATTERNS: Patterns = {"{default}": {"type": "kedro_nb.io.MemoryDataset"}}


class CatalogConfigResolver:
    """Finds the configuration of a dataset by its name: its own entry, else the pattern that fits it best.

    Patterns are tried in this order: the most literal characters, the most placeholders, the alphabet; then
    the user's one catch-all; then the runtime patterns, only where the caller asks for them.

    Args:
        config: Catalog entries by dataset name or pattern.
        credentials: What entries refer to by name in `credentials`.
        default_runtime_patterns: What a dataset becomes that nothing else describes; in memory when left out.
    """

    def __init__(
        self,
        config: Mapping[str, dict[str, Any]] | None = None,
        credentials: Mapping[str, dict[str, Any]] | None = None,
        default_runtime_patterns: Patterns | None = None,
    ) -> None:
        check_credentials(credentials)
        remember_credentials(credentials)
        self.credentials: dict[str, dict[str, Any]] = dict(credentials or {})
        if config is not None and not hasattr(config, "items"):
            raise DatasetError(
                f"A catalog is a mapping of names to entries, and not a '{type(config).__name__}'."
            )
        self.entries: Patterns = {}  # as written; `config` has the credentials filled in
        patterns: Patterns = {}
        for name, entry in (config or {}).items():
            check_entry(name, entry)
            if self.is_pattern(name):
                _check_fields(name, entry)
                patterns[name] = entry
            else:
                fill_credentials(name, entry, self.credentials)  # a wrong name is told now, not on first use
                self.entries[name] = entry
        self._patterns, self._catch_all = _split_catch_all(patterns)
        self._default_runtime_patterns = sort_patterns(default_runtime_patterns or MEMORY_PATTERNS)
        self._runtime_patterns: Patterns = {}
        self._update_shortcut()

    @property
    def config(self) -> Patterns:
        """The entries that are no patterns, with their credentials filled in."""
        return {name: fill_credentials(name, entry, self.credentials) for name, entry in self.entries.items()}

    @property
    def patterns(self) -> Patterns:
        """The user's patterns, in the order in which they are tried."""
        return {**self._patterns, **self._catch_all}

    @property
    def runtime_patterns(self) -> Patterns:
        """The runtime patterns that were added, without the default."""
        return dict(self._runtime_patterns)

    @staticmethod
    def is_pattern(pattern: str) -> bool:
        return "{" in pattern

    def list_patterns(self) -> list[str]:
        """Every pattern, in the order in which they are tried."""
        return [*self._patterns, *self._catch_all, *self._runtime_patterns, *self._default_runtime_patterns]

    def match_dataset_pattern(self, ds_name: str) -> str | None:
        return _first_match(self._patterns, ds_name)

    def match_user_catch_all_pattern(self, ds_name: str) -> str | None:
        return _first_match(self._catch_all, ds_name)

    def match_runtime_pattern(self, ds_name: str) -> str:
        found = _first_match(self._runtime_patterns, ds_name)
        found = found or _first_match(self._default_runtime_patterns, ds_name)
        if found is None:
            raise DatasetError(
                f"Dataset '{ds_name}' fits none of the runtime patterns: {self.list_patterns()}."
            )
        return found

    def match_user_pattern(self, ds_name: str) -> str | None:
        return self.match_dataset_pattern(ds_name) or self.match_user_catch_all_pattern(ds_name)

    def resolve_pattern(self, ds_name: str) -> dict[str, Any]:
        """The configuration of the dataset, placeholders and credentials filled in."""
        return fill_credentials(ds_name, self.resolve_entry(ds_name), self.credentials)

    def resolve_entry(self, ds_name: str) -> dict[str, Any]:
        """As `resolve_pattern`, but credentials stay the name that the catalog gives."""
        if ds_name in self.entries:
            return self.entries[ds_name]
        pattern = self.match_user_pattern(ds_name) or self.match_runtime_pattern(ds_name)
        for known in (
            self._patterns,
            self._catch_all,
            self._runtime_patterns,
            self._default_runtime_patterns,
        ):
            if pattern in known:
                return _fill_fields(pattern, known[pattern], ds_name)
        raise AssertionError(pattern)

    def add_runtime_patterns(self, dataset_patterns: Patterns) -> None:
        """Let `dataset_patterns` describe datasets that nothing else describes, before the default does."""
        for pattern, entry in dataset_patterns.items():
            check_entry(pattern, entry)
            _check_fields(pattern, entry)
        self._runtime_patterns = sort_patterns({**self._runtime_patterns, **dataset_patterns})
        self._update_shortcut()

    def extended_by(self, entries: Mapping[str, dict[str, Any]]) -> CatalogConfigResolver:
        """A resolver that knows these entries and patterns too; they replace those of the same name."""
        known = {
            name: entry for name, entry in {**self.entries, **self.patterns}.items() if name not in entries
        }
        extended = CatalogConfigResolver(
            {**known, **entries}, self.credentials, self._default_runtime_patterns
        )
        extended.add_runtime_patterns(self._runtime_patterns)
        return extended

    def remove_runtime_patterns(self, dataset_patterns: Iterable[str]) -> None:
        gone = set(dataset_patterns)
        self._runtime_patterns = {name: e for name, e in self._runtime_patterns.items() if name not in gone}
        self._update_shortcut()

    def _update_shortcut(self) -> None:
        # A run makes thousands of datasets in memory: the catalog need not ask for each of them.
        self.memory_by_default = (
            not self._runtime_patterns and self._default_runtime_patterns == MEMORY_PATTERNS
        )
        self.only_memory = self.memory_by_default and not self._patterns and not self._catch_all


def sort_patterns(patterns: Patterns) -> Patterns:
    ordered = sorted(patterns, key=lambda name: (-_specificity(name), -name.count("{"), name))
    return {name: patterns[name] for name in ordered}


def _specificity(pattern: str) -> int:
    """How many characters of the pattern are literal."""
    return len(_FIELD.sub("", pattern))


def _split_catch_all(patterns: Patterns) -> tuple[Patterns, Patterns]:
    catch_all = [name for name in patterns if _specificity(name) == 0]
    if len(catch_all) > 1:
        raise DatasetError(
            f"Multiple catch-all patterns found in the catalog: {', '.join(catch_all)}. "
            "Only one catch-all pattern is allowed, remove the extras."
        )
    rest = {name: entry for name, entry in patterns.items() if name not in catch_all}
    return sort_patterns(rest), {name: patterns[name] for name in catch_all}


@functools.lru_cache(maxsize=4096)
def _matcher(pattern: str) -> Callable[[str], re.Match[str] | None]:
    seen: set[str] = set()
    parts = []
    for position, part in enumerate(_FIELD.split(pattern)):
        if position % 2 == 0:
            parts.append(re.escape(part))
        elif part in seen:  # a placeholder used twice stands for the same text twice
            parts.append(f"(?P={part})")
        else:
            seen.add(part)
            parts.append(f"(?P<{part}>.+?)")
    match = re.compile("".join(parts), re.DOTALL | re.IGNORECASE).fullmatch
    literals = _FIELD.split(pattern.lower())[::2]
    return lambda name: match(name) if len(name) <= _SHORT or _has_in_order(name.lower(), literals) else None


def _has_in_order(name: str, literals: list[str]) -> bool:
    """Whether the text between a pattern's placeholders is in a name, with something for each of them.

    Where it is not, the expression would try every way to share out the name, which takes very long for a long one.
    """
    *inner, last = literals
    position = len(literals[0]) if inner else 0
    end = len(name) - len(last)
    if not name.startswith(literals[0]) or not name.endswith(last) or end < position:
        return False
    for literal in inner[1:]:
        found = name.find(literal, position + 1, end)
        if found < 0:
            return False
        position = found + len(literal)
    return not inner or position < end


def _first_match(patterns: Iterable[str], ds_name: str) -> str | None:
    return next((pattern for pattern in patterns if _matcher(pattern)(ds_name)), None)


def _check_fields(pattern: str, entry: dict[str, Any]) -> None:
    literal = _FIELD.sub("", pattern)
    if "{" in literal or "}" in literal:
        raise DatasetError(
            f"Dataset pattern '{pattern}' is malformed: a placeholder is a name in braces, as in '{{name}}_csv'."
        )
    unknown = {f"{{{field}}}" for field in _fields_in(entry)} - {f"{{{f}}}" for f in _FIELD.findall(pattern)}
    if unknown:
        raise DatasetError(
            f"Incorrect dataset configuration provided. Keys used in the configuration {unknown} "
            f"should present in the dataset pattern name {pattern}."
        )


def _fields_in(value: Any) -> set[str]:
    if isinstance(value, str):
        return set(_FIELD.findall(value))
    if isinstance(value, dict):
        return set().union(*(_fields_in(item) for pair in value.items() for item in pair))
    if isinstance(value, list | tuple):
        return set().union(*(_fields_in(item) for item in value))
    return set()


def _fill_fields(pattern: str, entry: dict[str, Any], ds_name: str) -> dict[str, Any]:
    """The entry with the placeholders filled in.

    Raises:
        DatasetError: the name would make a path that leads out of the folder which the entry gives.
    """
    match = _matcher(pattern)(ds_name)
    fields = match.groupdict() if match else {}

    def fill(value: Any) -> Any:
        if isinstance(value, str):
            used = [fields[field] for field in _FIELD.findall(value) if field in fields]
            if not used:
                return value
            filled = _FIELD.sub(lambda field: fields.get(field[1], field[0]), value)
            if leads_elsewhere(_FIELD.sub(WORD, value), filled, used):
                raise DatasetError(
                    f"Dataset name {ds_name!r} is not allowed with pattern '{pattern}': it would make a path outside "
                    "the folder that the pattern's entry gives. What a placeholder stands for has no component '.' or "
                    "'..', and does not begin with a separator, '~', a drive letter or a protocol."
                )
            return filled
        if isinstance(value, dict):
            return {fill(key): fill(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(fill(item) for item in value)
        return value

    filled: dict[str, Any] = fill(entry)
    return filled
