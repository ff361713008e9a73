"""`make sbom`: what the product is made of, as CycloneDX 1.6 JSON in var/sbom.json.

Counted are the direct dependencies of kiosk and server and all that these need, each in the version
and with the digests of `requirements.lock`. Tools for development and tests are none of it.
"""

import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
# What a kiosk and a server are installed with; `wsse` and `pcsc` only where they are asked for.
USUAL, ON_REQUEST = ("kiosk", "server"), ("wsse", "pcsc")
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")
_DIGEST = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Pinned:
    """One package of the lock: its version, and SHA-256 of each of its files."""

    name: str
    version: str
    digests: tuple[str, ...]


def direct(extras: Iterable[str] = USUAL) -> set[str]:
    """The names that `pyproject.toml` asks for itself."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = list(project["dependencies"])
    for each in extras:
        asked += project["optional-dependencies"][each]
    return {canonicalize_name(Requirement(each).name) for each in asked}


def locked(text: str) -> dict[str, Pinned]:
    """The packages of a lock file, by name."""
    found: dict[str, Pinned] = {}
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        if head := _PINNED.match(block):
            name = canonicalize_name(head[1])
            found[name] = Pinned(name, head[2], tuple(_DIGEST.findall(block)))
    return found


def closure(names: Iterable[str], pins: Mapping[str, Pinned]) -> dict[str, set[str]]:
    """Each package that `names` need, and what it needs itself; of this machine's kind.

    Raises LookupError for one that is installed or locked nowhere.
    """
    needs: dict[str, set[str]] = {}
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        needs[name] = {each for each in _needs(name) if each in pins}
        waiting |= needs[name] - needs.keys()
    missing = sorted(needs.keys() - pins.keys())
    if missing:
        raise LookupError(f"not in requirements.lock: {', '.join(missing)}; run `make lock`")
    return needs


def _needs(name: str) -> set[str]:
    try:
        asked = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        raise LookupError(f"{name} is not installed; run `make setup`") from None
    found = map(Requirement, asked)
    return {
        canonicalize_name(each.name)
        for each in found
        if each.marker is None or each.marker.evaluate({"extra": ""})
    }


def document(at: datetime) -> dict[str, Any]:
    """The bill of materials (CycloneDX 1.6, ECMA-424), made at `at`."""
    pins = locked((ROOT / "requirements.lock").read_text())
    asked = direct()
    needs = closure(asked, pins)
    parts = [_component(pins[each]) for each in sorted(needs)]
    itself = {
        "type": "application",
        "bom-ref": "ventanilla",
        "name": "ventanilla",
        "version": tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"],
    }
    refs = [{"ref": "ventanilla", "dependsOn": [_purl(pins[each]) for each in sorted(asked)]}]
    refs += [
        {"ref": _purl(pins[name]), "dependsOn": [_purl(pins[each]) for each in sorted(ours)]}
        for name, ours in sorted(needs.items())
    ]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(parts))}",
        "version": 1,
        "metadata": {"timestamp": at.isoformat(timespec="seconds"), "component": itself},
        "components": parts,
        "dependencies": refs,
    }


def _component(pinned: Pinned) -> dict[str, Any]:
    """A package. Its files' digests are properties: `hashes` would be those of one file."""
    return {
        "type": "library",
        "bom-ref": _purl(pinned),
        "name": pinned.name,
        "version": pinned.version,
        "purl": _purl(pinned),
        "licenses": _licences(pinned.name),
        "properties": [{"name": "ventanilla:sha256", "value": each} for each in pinned.digests],
    }


def _licences(name: str) -> list[dict[str, Any]]:
    told = metadata.metadata(name)
    for words in told.get_all("License-Expression") or []:
        return [{"expression": words}]
    classes = [each for each in told.get_all("Classifier") or [] if each.startswith("License ::")]
    names = [each.rpartition(" :: ")[2] for each in classes] or ["see the package"]
    return [{"license": {"name": each}} for each in names]


def _purl(pinned: Pinned) -> str:
    return f"pkg:pypi/{pinned.name}@{pinned.version}"


def main() -> int:
    """Write var/sbom.json; 1, with one line, where a package is missing."""
    try:
        made = document(datetime.now(UTC))
    except LookupError as error:
        print(f"sbom: {error}", file=sys.stderr)
        return 1
    file = ROOT / "var" / "sbom.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(made, indent=2) + "\n")
    print(f"{file.relative_to(ROOT)}: {len(made['components'])} packages, {len(direct())} direct")
    return 0


if __name__ == "__main__":
    sys.exit(main())
