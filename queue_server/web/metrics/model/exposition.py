"""PURE: a scrape as Prometheus' text format 0.0.4.

Written out here because a site of 300 kiosks has some 33,000 lines: prometheus_client takes half a
second for them. Its parser and promtool judge what is written in the tests.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import accumulate
from math import inf

from queue_server.web.metrics.model.series import CATALOGUE, Histogram, Kind, Labels, Scrape, Series

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def text(scrape: Scrape) -> str:
    """Every series of the catalogue that has a value, with its help and its type."""
    return "".join(_families(scrape))


def _families(scrape: Scrape) -> Iterator[str]:
    for series in CATALOGUE:
        values, histograms = scrape.values.get(series.name), scrape.histograms.get(series.name)
        states = scrape.states.get(series.name)
        if not values and not histograms and not states:
            continue
        yield f"# HELP {series.name} {series.words}\n# TYPE {series.name} {series.kind}\n"
        if states:
            yield from _state_sets(series, states)
        elif series.kind is Kind.HISTOGRAM:
            yield from _buckets(series, scrape.edges[series.name], histograms or {})
        else:
            yield from _lines(series, values or {})


def _lines(series: Series, values: Mapping[Labels, float]) -> Iterator[str]:
    line = _template(series.name, series.labels)
    for labels, value in values.items():
        yield line % (*_escaped(labels), number(value))


def _state_sets(series: Series, states: Mapping[Labels, Collection[str]]) -> Iterator[str]:
    *labels, last = series.labels
    inside = ",".join(f'{label}="%s"' for label in ("site", *labels))
    begin = f'{series.name}{{{inside},{last}="'
    ends = [(each, f'{each}"}} 1\n', f'{each}"}} 0\n') for each in series.states]
    for said, held in states.items():
        begun = begin % (*_escaped(said),)
        for state, yes, no in ends:
            yield begun + (yes if state in held else no)


def _buckets(
    series: Series, edges: Sequence[float], histograms: Mapping[Labels, Histogram]
) -> Iterator[str]:
    bucket = _template(f"{series.name}_bucket", (*series.labels, "le"))
    total = _template(f"{series.name}_sum", series.labels)
    count = _template(f"{series.name}_count", series.labels)
    names = [number(edge) for edge in (*edges, inf)]
    for labels, seen in histograms.items():
        said = _escaped(labels)
        for edge, below in zip(names, accumulate(seen.counts), strict=True):
            yield bucket % (*said, edge, below)
        yield total % (*said, number(seen.total))
        yield count % (*said, sum(seen.counts))


def _template(name: str, labels: Sequence[str]) -> str:
    inside = ",".join(f'{label}="%s"' for label in ("site", *labels))
    return f"{name}{{{inside}}} %s\n"


def _escaped(labels: Labels) -> Sequence[str]:
    """Most need nothing: a look at the whole is cheaper than one at each."""
    whole = "".join(labels)
    if '"' in whole or "\\" in whole or "\n" in whole:
        return [each.translate(_ESCAPES) for each in labels]
    return labels


def number(value: float) -> str:
    """As the format writes it."""
    if value == inf:
        return "+Inf"
    whole = int(value)
    return str(whole) if whole == value else repr(float(value))
