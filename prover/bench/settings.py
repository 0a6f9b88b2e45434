"""Settings from a YAML file, the environment and the command line, and where each was set.

What comes later wins: defaults < YAML < `PROVER_*` < flags. A wrong setting is told by the line,
the variable or the flag that it came from, an unknown one with the nearest that is known.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import yaml

from prover.errors import InputError, closest
from prover.policy.remote.client_config import VARIABLE as KEY_VARIABLE

Path_ = tuple[str, ...]
"""The keys that lead to a setting."""
PREFIX = "PROVER_"
OTHERS = frozenset({KEY_VARIABLE})
"""Variables that begin like settings and are none."""
Value = TypeVar("Value")


@dataclass(frozen=True)
class Settings:
    """Nested settings, as they were given, and where from."""

    values: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[Path_, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Settings:
        """Those of a YAML file. Raises `InputError` for no mapping, and for a key twice."""
        try:
            text = path.read_text(encoding="utf-8")
            node = yaml.compose(text, Loader=yaml.SafeLoader)
            values = yaml.safe_load(text)
        except OSError as error:
            raise InputError(f"{path} can't be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise InputError(f"{path} is not UTF-8: {error.reason}") from error
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise InputError(f"{path}:{line}: this is not YAML: {error.problem}") from error
        except yaml.YAMLError as error:
            raise InputError(f"{path} is not YAML: {error}") from error
        if values is None:
            return cls()
        if not isinstance(values, dict):
            raise InputError(f"{path}:1: settings are wanted here", "Write `problems: core`.")
        return cls(values, dict(_places(node, path, ())))

    @classmethod
    def one(cls, path: Path_, value: Any, place: str) -> Settings:
        """A single one."""
        values: Any = value
        for key in reversed(path):
            values = {key: values}
        return cls(values, {path[:length]: place for length in range(1, len(path) + 1)})

    @classmethod
    def written(cls, path: Path_, text: str, place: str) -> Settings:
        """A single one, its value written as in YAML."""
        try:
            return cls.one(path, yaml.safe_load(text), place)
        except yaml.YAMLError:
            hint = "Put it in quotes."
            raise InputError(f"{place}: `{text}` is no value of a setting", hint) from None

    @classmethod
    def assigned(cls, text: str, place: str) -> Settings:
        """What is written as `limit.seconds=20`."""
        name, sign, value = text.partition("=")
        if not sign:
            raise InputError(f"{place}: `{text}` sets nothing", "Write it as `limit.seconds=20`.")
        return cls.written(tuple(name.strip().split(".")), value, place)

    @classmethod
    def from_environment(
        cls, known: Mapping[str, Path_], environment: Mapping[str, str]
    ) -> Settings:
        """Those of the variables, which `known` gives by name. Raises `InputError` for others."""
        settings = cls()
        for name, text in sorted(environment.items()):
            if not name.startswith(PREFIX) or name in OTHERS or not text:
                continue
            if name not in known:
                raise InputError(f"no setting is called `{name}`", closest(known, name))
            settings = settings.under(cls.written(known[name], text, name))
        return settings

    def under(self, later: Settings) -> Settings:
        """With what was set later."""
        return Settings(_merged(self.values, later.values), {**self.places, **later.places})

    def wrong(self, path: Path_, message: str, hint: str = "") -> InputError:
        """The error that says where a setting was made."""
        lengths = range(len(path), 0, -1)
        place = next((self.places[path[:n]] for n in lengths if path[:n] in self.places), "")
        return InputError(f"{place}: {message}" if place else message, hint)

    def located(self, path: Path_, problem: InputError) -> InputError:
        """The problem with the place of the setting under `path` that its message names."""
        named = (way for way in self.places if way[: len(path)] == path and way != path)
        way = next((way for way in named if f"`{way[-1]}`" in problem.message), path)
        return self.wrong(way, problem.message, problem.hint)

    def build(self, kind: type[Value], values: Any, path: Path_ = ()) -> Value:
        """A dataclass from values. Raises `InputError` for unknown ones and for wrong types."""
        if not isinstance(values, Mapping):
            raise self.wrong(path, f"`{'.'.join(path)}` is {values!r}", "Give settings by name.")
        kinds = get_type_hints(kind)
        found = {}
        for key, value in values.items():
            way = (*path, str(key))
            if key not in kinds:
                raise self.wrong(
                    way, f"no setting is called `{'.'.join(way)}`", closest(kinds, str(key))
                )
            found[key] = self._value(kinds[key], value, way)
        try:
            return kind(**found)
        except InputError as problem:
            raise self.located(path, problem) from None

    def _value(self, kind: Any, value: Any, path: Path_) -> Any:
        if is_dataclass(value):
            return value
        if is_dataclass(kind) and isinstance(kind, type):
            return self.build(kind, value, path)
        if kind == tuple[str, ...]:
            items = [value] if isinstance(value, str) else value
            if isinstance(items, (list, tuple)) and all(isinstance(item, str) for item in items):
                return tuple(items)
            raise self.wrong(path, f"`{'.'.join(path)}` is {value!r}", "Give a list of texts.")
        if kind is float and type(value) is int:
            return float(value)
        if type(value) is not kind:
            raise self.wrong(
                path, f"`{'.'.join(path)}` is {value!r}", f"Give a value of type {kind.__name__}."
            )
        return value


def leaves(kind: Any, path: Path_ = ()) -> Iterator[Path_]:
    """The paths of all settings of a dataclass of dataclasses."""
    if path:
        yield path
    if is_dataclass(kind):
        kinds = get_type_hints(kind)
        for entry in dataclasses.fields(kind):
            yield from leaves(kinds[entry.name], (*path, entry.name))


def variables(kind: Any) -> dict[str, Path_]:
    """The names of the environment's variables: `PROVER_LIMIT_SECONDS` for `limit.seconds`."""
    return {PREFIX + "_".join(path).upper(): path for path in leaves(kind)}


def _merged(first: Any, later: Any) -> Any:
    if not (isinstance(first, Mapping) and isinstance(later, Mapping)):
        return later
    return {**first, **{key: _merged(first.get(key), value) for key, value in later.items()}}


def _places(node: yaml.Node | None, path: Path, above: Path_) -> Iterator[tuple[Path_, str]]:
    """Where each key stands. Raises `InputError` for a key that its mapping has already."""
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        name, place = str(key.value), f"{path}:{key.start_mark.line + 1}"
        if name in seen:
            raise InputError(f"{place}: `{name}` is set twice", "Leave one of them out.")
        seen.add(name)
        yield (*above, name), place
        yield from _places(value, path, (*above, name))
