"""How the tests read `/metrics`: with prometheus_client's parser, not with ours."""

from collections.abc import Iterable

import httpx
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

TOKEN = "f3Qd9-token-inventado-para-pruebas"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def families(answer: httpx.Response) -> Iterable[Metric]:
    """Its families. Raises AssertionError when it is no answer of `/metrics`."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return text_string_to_metric_families(answer.text)


def values(answer: httpx.Response) -> dict[str, float]:
    """Every sample: `name{label=value,…}` without the label `site` -> value."""
    found: dict[str, float] = {}
    for family in families(answer):
        for each in family.samples:
            labels = {name: said for name, said in each.labels.items() if name != "site"}
            inside = ",".join(f"{name}={said}" for name, said in labels.items())
            name = each.name.removeprefix("ventanilla_")
            found[f"{name}{{{inside}}}" if inside else name] = each.value
    return found
