"""The page of the reports, its plots and its files, from a running server."""

import csv
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from tests.support.site import Site, StaffHttp, running_site

READERS = ("supervisor", "auditor", "administrator", "it")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("reports")) as running:
        yield running


@pytest.fixture(scope="module")
def counter(site: Site) -> StaffHttp:
    """Somebody at a counter, after a short day: three came, two were called, one was served."""
    kiosk, staff = site.kiosk(), site.staff("ana", "counter")
    for _ in range(3):
        assert kiosk.issue("review").is_success
    first = staff.call_next("V1").json()
    staff.finish(first["ticket_id"])
    staff.call_next("V1")
    return staff


@pytest.fixture(scope="module")
def reader(site: Site, counter: StaffHttp) -> StaffHttp:
    return site.staff("rosa", "auditor")


class _Page(HTMLParser):
    """Cells of each table by its caption, and the pictures with their words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.pictures: dict[str, str] = {}
        self._caption, self._into = "", ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        words = dict(attrs)
        if tag == "img":
            self.pictures[words["src"] or ""] = words["alt"] or ""
        elif tag == "caption":
            self._caption, self._into = "", "caption"
        elif tag == "tr":
            self.tables.setdefault(self._caption, []).append([])
        elif tag in ("td", "th") and self._caption:
            self.tables[self._caption][-1].append("")
            self._into = "cell"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("caption", "td", "th"):
            self._into = ""

    def handle_data(self, data: str) -> None:
        if self._into == "caption":
            self._caption += data
        elif self._into == "cell":
            self.tables[self._caption][-1][-1] += data


def read(reader: StaffHttp, **words: str) -> _Page:
    answer = reader.http.get("/reports", params=words)
    assert answer.status_code == 200, answer.text
    return _Page(answer.text)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))


def test_what_just_happened_is_in_the_report(reader: StaffHttp) -> None:
    page = read(reader)
    (review,) = [row for row in page.tables["Por servicio"] if row[0] == "Revisión de mi solicitud"]
    arrivals, calls, no_shows, served = review[1], review[2], review[3], review[7]
    assert (arrivals, calls, no_shows, served) == ("3", "2", "0", "1")
    assert ["Atendidos en ventanilla", "1"] in page.tables["Cómo terminaron los turnos"]
    assert ["En curso", "2"] in page.tables["Cómo terminaron los turnos"]


def test_every_plot_says_its_words_and_is_a_picture(reader: StaffHttp) -> None:
    pictures = read(reader).pictures
    assert len(pictures) == 6
    for address, words in pictures.items():
        assert len(words) > 20, address
        answer = reader.http.get(address)
        assert answer.headers["content-type"] == "image/svg+xml"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert ElementTree.fromstring(answer.content).tag.endswith("svg")


def test_a_file_holds_the_numbers_of_its_table(reader: StaffHttp) -> None:
    page = read(reader, **{"class": "general"})
    answer = reader.http.get("/reports/table/services.csv", params={"class": "general"})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-disposition"].endswith('.csv"')
    found = [row for row in rows(answer.text) if row[0].startswith("Revisión")]
    shown = [row for row in page.tables["Por servicio"] if row[0].startswith("Revisión")]
    assert [row[:4] for row in found] == [row[:4] for row in shown] != []


def test_the_file_of_stages_has_every_ticket_and_nobody_in_it(reader: StaffHttp) -> None:
    answer = reader.http.get("/reports/stages.csv")
    heading, *stages = rows(answer.text)
    assert sorted(row[heading.index("Turno")] for row in stages) == ["R-001", "R-002", "R-003"]
    assert {row[heading.index("Resultado")] for row in stages} == {"atendido", "en curso"}
    assert not re.search(r"\d{8}|[0-9a-f]{8}-[0-9a-f]{4}", answer.text)  # no document, no id


def test_a_service_or_class_nobody_had_leaves_nothing(reader: StaffHttp) -> None:
    page = read(reader, service="information", **{"class": "preferential"})
    assert page.tables["Por servicio"][2] == ["Sin datos en estos días"]


@pytest.mark.parametrize(("first", "last"), [("2026-03-04", "2026-03-01"), ("2020-01-01", "")])
def test_days_that_make_no_range_are_said_on_the_page(
    reader: StaffHttp, first: str, last: str
) -> None:
    answer = reader.http.get("/reports", params={"first": first, "last": last})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    for part in ("table/hours.csv", "stages.csv", "plot/crowd.svg"):
        refused = reader.http.get(f"/reports/{part}", params={"first": first, "last": last})
        assert (refused.status_code, refused.json()["title"]) == (422, "not_a_range")


@pytest.mark.parametrize("part", ["plot/nothing.svg", "table/nothing.csv"])
def test_a_plot_or_table_that_does_not_exist_is_not_found(reader: StaffHttp, part: str) -> None:
    assert reader.http.get(f"/reports/{part}").status_code == 404


def test_only_those_who_read_reports_see_them(site: Site, counter: StaffHttp) -> None:
    for part in ("", "/plot/waits.svg", "/table/hours.csv", "/stages.csv"):
        assert counter.http.get(f"/reports{part}").status_code == 403
    for role in READERS:
        assert site.staff(role, role).http.get("/reports").status_code == 200
    counter.http.cookies.clear()
    assert counter.http.get("/reports").headers["location"].startswith("/sign-in?after=%2Freports")
    assert counter.http.get("/reports/stages.csv").status_code == 401
