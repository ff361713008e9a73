"""Which keys the screens use: read from their sources, Python and kv."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

PROGRAM = Path(__file__).parents[1]
"""The kiosk's own package."""

SILENT = ("texts", "actions")
"""Packages that show nothing: the catalogues' own, and what central IT orders."""

KEY = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+")

_BEGUN = re.compile(r"([a-z][a-z0-9_]*)\.[a-z0-9_.]*")
_MAY_SAY = re.compile(r'["\'][a-z][a-z0-9_]*\.[a-z0-9_.{]+|\bloc\.(?:_|plural)\(|\blabel=')
_CALLED = re.compile(r'loc\.(?:_|plural)\(\s*"([^"]+)"')
_QUOTED = re.compile(r'"([^"\n]*)"')
_LABELLED = re.compile(r"^\s*label:(.*)$", re.MULTILINE)


@dataclass
class Used:
    """What the sources say: `keys` and the name of a file that uses each; those among them that
    stand on controls (given to a `label`); and, as `file: expression`, keys put together in code.

    There should be none of the last: a key that is written in full can be searched for.
    """

    keys: dict[str, str] = field(default_factory=dict)
    labels: set[str] = field(default_factory=set)
    built: list[str] = field(default_factory=list)


def sources(folder: Path = PROGRAM) -> list[Path]:
    """Every Python and kv file that may say something to people."""
    found = (*folder.rglob("*.py"), *folder.rglob("*.kv"))
    return sorted(path for path in found if path.parent.name not in SILENT)


def scan(groups: Iterable[str], paths: Iterable[Path]) -> Used:
    """The keys used in `paths`.

    A literal counts when it looks like a key of one of `groups` (what stands before the first
    dot), or like several of them with spaces between, or when it is asked for by `loc._(…)` or
    `loc.plural(…)`.
    """
    known, used = set(groups), Used()
    for path in paths:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".py" and not _MAY_SAY.search(text):
            continue  # to parse it would take most of the time
        if path.suffix == ".kv":
            looks, asked = _in_kv(text, used)
        else:
            looks, asked = _in_python(path, text, known, used)
        for key in (*(key for each in looks for key in _keys(each, known)), *asked):
            used.keys.setdefault(key, path.name)
    return used


def _keys(literal: str, known: set[str]) -> list[str]:
    words = literal.split()
    if all(KEY.fullmatch(each) and each.split(".")[0] in known for each in words):
        return words
    return []


def _in_kv(text: str, used: Used) -> tuple[list[str], list[str]]:
    for line in _LABELLED.findall(text):
        used.labels |= {each for each in _QUOTED.findall(line) if KEY.fullmatch(each)}
    return _QUOTED.findall(text), _CALLED.findall(text)


def _in_python(path: Path, text: str, known: set[str], used: Used) -> tuple[list[str], list[str]]:
    looks: list[str] = []
    asked: list[str] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            looks.append(node.value)
        elif isinstance(node, ast.keyword) and node.arg == "label":
            used.labels |= {each for each in _strings(node.value) if KEY.fullmatch(each)}
        elif isinstance(node, ast.JoinedStr):
            if _begins_like_a_key(node, known):
                used.built.append(f"{path.name}: {ast.unparse(node)}")
        elif isinstance(node, ast.Call) and _asks(node.func) and node.args:
            key = node.args[0]
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                asked.append(key.value)
            elif isinstance(key, ast.BinOp):
                used.built.append(f"{path.name}: {ast.unparse(node)}")
    return looks, asked


def _asks(called: ast.expr) -> bool:
    """True for `….loc._` and `….loc.plural`."""
    if not isinstance(called, ast.Attribute) or called.attr not in ("_", "plural"):
        return False
    owner = called.value
    return (owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")) == "loc"


def _begins_like_a_key(text: ast.JoinedStr, known: set[str]) -> bool:
    first = text.values[0] if text.values else None
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        return False
    begun = _BEGUN.fullmatch(first.value)
    return begun is not None and begun[1] in known


def _strings(expression: ast.expr) -> Iterator[str]:
    for node in ast.walk(expression):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
