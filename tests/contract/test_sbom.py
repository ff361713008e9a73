"""The bill of materials names what is installed in the field, whole and in the locked versions."""

from datetime import UTC, datetime
from typing import Any

import pytest

from deploy import sbom

AT = datetime(2026, 11, 23, tzinfo=UTC)
MOST_DIRECT = 30


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return sbom.document(AT)


def faults(bom: dict[str, Any]) -> list[str]:
    """What CycloneDX 1.6's schema requires and `bom` lacks."""
    found = [f"no {each}" for each in ("bomFormat", "specVersion") if not bom.get(each)]
    found += [] if bom.get("bomFormat") == "CycloneDX" else ["bomFormat"]
    refs = {each["bom-ref"] for each in bom["components"]} | {"ventanilla"}
    if len(refs) != len(bom["components"]) + 1:
        found.append("a bom-ref stands twice")
    for each in bom["components"]:
        found += [f"{each.get('name')}: no {key}" for key in ("type", "name") if not each.get(key)]
        if any(len(licence) != 1 for licence in each["licenses"]):
            found.append(f"{each['name']}: a licence is an expression or a licence, not both")
    named = {each["ref"] for each in bom["dependencies"]}
    needed = {ref for each in bom["dependencies"] for ref in each["dependsOn"]}
    found += [f"{each} is no component" for each in sorted((named | needed) - refs)]
    return found


def test_it_is_what_the_standard_asks_for(made: dict[str, Any]) -> None:
    assert faults(made) == []
    assert made["specVersion"] == "1.6"


@pytest.mark.negative_control
def test_a_part_that_is_missing_is_noticed(made: dict[str, Any]) -> None:
    without = {**made, "components": made["components"][1:]}
    assert faults(without) != []


def test_every_part_is_locked_with_its_digests(made: dict[str, Any]) -> None:
    pins = sbom.locked((sbom.ROOT / "requirements.lock").read_text())
    for each in made["components"]:
        assert each["version"] == pins[each["name"]].version
        assert each["properties"], each["name"]


def test_all_that_is_asked_for_is_there_and_nothing_for_tests(made: dict[str, Any]) -> None:
    names = {each["name"] for each in made["components"]}
    assert sbom.direct() <= names
    assert not names & {"pytest", "hypothesis", "playwright", "ruff", "basedpyright", "reportlab"}


def test_direct_dependencies_are_few() -> None:
    assert len(sbom.direct()) <= MOST_DIRECT


def test_a_package_that_is_not_locked_is_named() -> None:
    with pytest.raises(LookupError, match="make lock"):
        sbom.closure({"segno"}, {})
