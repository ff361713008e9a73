"""Requests made up from what a route says it takes: the smallest value of every required field."""

import re._constants as words  # pyright: ignore[reportMissingImports]
import re._parser as parser  # pyright: ignore[reportMissingImports]
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from fastapi import params
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext
from pydantic import TypeAdapter

_FORMATS = {
    "uuid": str(UUID(int=1)),
    "date": "2026-11-21",
    "date-time": "2026-11-21T15:00:00+00:00",
    "time": "15:00:00",
}


@dataclass(frozen=True)
class Sample:
    """A request that passes the checks of its shape."""

    path: str
    query: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    json: Any = None
    form: dict[str, Any] | None = None


def sample_request(context: RouteContext) -> Sample:
    """A request that the route of `context` takes, as far as its annotations tell."""
    assert context.dependant is not None
    parts = list(_whole(context.dependant))
    path = str(context.path)
    for name, value in _values(each for part in parts for each in part.path_params).items():
        path = path.replace(f"{{{name}}}", str(value))
    headers = _values(each for part in parts for each in part.header_params)
    body = [each for part in parts for each in part.body_params]
    form = any(isinstance(each.field_info, params.Form) for each in body)
    return Sample(
        path,
        query=_flat(_values(each for part in parts for each in part.query_params)),
        headers={name: str(value) for name, value in headers.items()},
        json=None if form or not body else _json(body),
        form=_values(body) if form else None,
    )


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    """A model of the query stands for its members."""
    models = [value for value in values.values() if isinstance(value, dict)]
    plain = {name: value for name, value in values.items() if not isinstance(value, dict)}
    return {name: value for each in (plain, *models) for name, value in each.items()}


def _whole(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _whole(each)


def _json(fields: list[Any]) -> Any:
    """One model is the body itself; several are its members."""
    if len(fields) == 1:
        return sample(_schema(fields[0]))
    return _values(fields)


def _values(fields: Iterable[Any]) -> dict[str, Any]:
    return {each.alias: sample(_schema(each)) for each in fields if each.field_info.is_required()}


def _schema(taken: Any) -> dict[str, Any]:
    info = taken.field_info
    kind: Any = Annotated[info.annotation, info]  # pyright: ignore[reportInvalidTypeForm]
    return TypeAdapter(kind).json_schema()


def sample(schema: dict[str, Any], root: dict[str, Any] | None = None) -> Any:
    """A small value that JSON Schema `schema` allows; refs are looked up in `root`."""
    root = schema if root is None else root
    match schema:
        case {"$ref": str(ref)}:
            return sample(root["$defs"][ref.rpartition("/")[2]], root)
        case {"const": value} | {"enum": [value, *_]}:
            return value
        case {"anyOf": [first, *_]} | {"oneOf": [first, *_]} | {"allOf": [first, *_]}:
            return sample(first, root)
        case {"type": "object"}:
            members = schema.get("properties", {})
            return {name: sample(members[name], root) for name in schema.get("required", ())}
        case {"type": "array"}:
            return [sample(schema["items"], root) for _ in range(schema.get("minItems", 0))]
        case {"type": "string"}:
            return _text(schema)
        case {"type": "integer" | "number"}:
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case {"type": "boolean"}:
            return False
    return None


def _text(schema: dict[str, Any]) -> str:
    if "format" in schema:
        return _FORMATS[schema["format"]]
    text = _matching(parser.parse(schema["pattern"])) if "pattern" in schema else "x"
    return text.ljust(schema.get("minLength", 0), text[-1:] or "x")


def _matching(pattern: Iterable[Any]) -> str:
    """A short text of the plain kind of patterns that annotations hold."""
    return "".join(_piece(kind, value) for kind, value in pattern)


def _piece(kind: Any, value: Any) -> str:
    if kind is words.LITERAL:
        return chr(value)
    if kind in (words.MAX_REPEAT, words.MIN_REPEAT):
        least, _, of = value
        return _matching(of) * least
    if kind is words.SUBPATTERN:
        return _matching(value[-1])
    if kind is words.BRANCH:
        return _matching(value[1][0])
    if kind is words.IN:
        return _one_of(value)
    return "" if kind is words.AT else "x"


def _one_of(choices: list[Any]) -> str:
    """One character of a set; of a negated one a letter, which our patterns never exclude."""
    kind, value = choices[0]
    if kind is words.RANGE:
        return chr(value[0])
    if kind is words.CATEGORY:
        return "0" if value is words.CATEGORY_DIGIT else "x"
    return chr(value) if kind is words.LITERAL else "x"
