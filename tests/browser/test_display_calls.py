"""What the board announces, in which order, and what it only lists: the pure part, in Chromium."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.browser.conftest import Window

STATIC = Path(__file__).resolve().parents[2] / "queue_server" / "web" / "static"
ADDRESS = "http://board.test"

# Plays a script against the reducer. Each step names the moment (s) and what happens; "said" ends
# the announcement under way. Answers what was announced, in order, and what the list holds.
PLAY = """async ([variant, script]) => {
  const rules = await import("/display_calls.js");
  const ageless = (state, action) =>
    rules.step(state, { ...action, now: Date.parse(action.body?.at) });
  const step = { "last wins": lastWins, ageless }[variant] ?? rules.step;
  function lastWins(state, action) {
    const next = rules.step(state, action);
    const newest = next.waiting.at(-1);
    return newest ? { ...next, announcing: newest, waiting: [] } : next;
  }
  const PLAIN = { counter: "V1", counter_name: "Ventanilla 1", attention_class: "general" };
  const START = Date.UTC(2026, 10, 23, 14, 0, 0);
  const iso = (s) => new Date(START + s * 1000).toISOString();
  let state = rules.NOTHING;
  let id = 0;
  const finished = [];
  for (const [at, name, body = {}] of script) {
    const now = START + at * 1000;
    if (name === "said") {
      const { number, again } = state.announcing ?? {};
      if (number) finished.push(number + (again ? " otra vez" : ""));
      state = step(state, { kind: "announced", key: state.announcing?.key ?? 0 });
    } else if (name === "begin" || name === "reading") {
      const calls = body.calls.map((each) =>
        ({ ...PLAIN, state: "called", ...each, called_at: iso(each.called) }));
      const heard = (body.heard ?? []).map(([n, s]) => `${n}@${START + s * 1000}`);
      const reading = { event_id: body.event_id ?? id, calls };
      state = step(state, { kind: name, now, heard, reading });
    } else {
      id += 1;
      const full = { ...PLAIN, ...body, at: iso(body.at ?? at) };
      state = step(state, { kind: "event", id, name, body: full, now });
    }
  }
  const { rows, chips, beyond } = rules.listed(state, 6, 8);
  return {
    finished,
    announcing: state.announcing && state.announcing.number,
    place: state.announcing && state.announcing.counterName,
    waiting: state.waiting.map((each) => each.number),
    rows: rows.map((each) => each.number),
    chips: chips.map((each) => each.number),
    beyond,
    current: rows.filter((each) => each.current).map((each) => each.number),
    silent: state.calls.filter((each) => each.unspoken).map((each) => each.number),
    unspoken: rules.unspoken(state),
    stage: rules.onStage(state)?.number ?? null,
  };
}"""

Play = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def module_page(browser: Any) -> Iterator[Page]:
    """An empty page whose origin serves the board's modules, without any server."""
    context = browser.new_context()
    page = context.new_page()

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(ADDRESS + "/")
        if name:
            route.fulfill(path=STATIC / name, content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html>", content_type="text/html")

    page.route(f"{ADDRESS}/**", serve)
    page.goto(f"{ADDRESS}/")
    yield page
    context.close()


@pytest.fixture
def play(module_page: Page) -> Play:
    def run(*script: tuple[Any, ...], variant: str = "") -> dict[str, Any]:
        return module_page.evaluate(PLAY, [variant, [list(each) for each in script]])

    return run


def called(at: float, number: str, /, **body: Any) -> tuple[float, str, dict[str, Any]]:
    return (at, "ticket.called", {"number": number, **body})


TWO_AT_ONCE = (
    called(0, "J-001", counter="V1"),
    called(0, "J-002", counter="V2", counter_name="Ventanilla 2"),
    (5, "said"),
    (10, "said"),
)


def check_both_announced(outcome: dict[str, Any]) -> None:
    assert outcome["finished"] == ["J-001", "J-002"]


def test_two_calls_of_the_same_instant_are_announced_one_after_the_other(play: Play) -> None:
    check_both_announced(play(*TWO_AT_ONCE))


@pytest.mark.negative_control
def test_a_board_on_which_the_last_call_wins_is_caught(play: Play) -> None:
    with pytest.raises(AssertionError):
        check_both_announced(play(*TWO_AT_ONCE, variant="last wins"))


def test_an_event_that_comes_twice_is_one_call(play: Play, module_page: Page) -> None:
    twice = module_page.evaluate(
        """async () => {
          const { NOTHING, step } = await import("/display_calls.js");
          const body = { number: "J-001", counter: "V1", at: "2026-11-23T14:00:00Z" };
          const now = Date.parse(body.at);
          const event = { kind: "event", id: 7, name: "ticket.called", body, now };
          return step(step(NOTHING, event), event).waiting.length;
        }"""
    )
    assert twice == 0  # the first one is being announced, nothing waits behind it


def test_a_repeated_call_is_announced_again_but_impatience_only_once(play: Play) -> None:
    recall = ("ticket.recalled", {"number": "J-001"})
    outcome = play(
        called(0, "J-001"),
        called(1, "J-002"),
        (2, *recall),
        (3, *recall),
        (4, *recall),
        *[(5 + n, "said") for n in range(5)],
    )
    assert outcome["finished"] == ["J-001", "J-002", "J-001 otra vez"]
    assert outcome["rows"] == ["J-001", "J-002"]


AFTER_A_CUT = (
    *[called(100, f"J-{n:03d}", at=100 - age) for n, age in enumerate((90, 40, 20.0, 19.9))],
    *[(101, "said")] * 4,
)


def check_only_the_young_announced(outcome: dict[str, Any]) -> None:
    assert outcome["rows"] == ["J-003", "J-002", "J-001", "J-000"]
    assert outcome["finished"] == ["J-003"]
    assert outcome["silent"] == ["J-002", "J-001", "J-000"]
    assert outcome["unspoken"] == 3


def test_after_a_cut_all_are_listed_and_only_the_young_are_announced(play: Play) -> None:
    check_only_the_young_announced(play(*AFTER_A_CUT))


@pytest.mark.negative_control
def test_a_board_that_reads_old_calls_aloud_after_a_cut_is_caught(play: Play) -> None:
    with pytest.raises(AssertionError):
        check_only_the_young_announced(play(*AFTER_A_CUT, variant="ageless"))


def test_a_call_that_waits_long_for_its_announcement_is_announced_all_the_same(play: Play) -> None:
    outcome = play(called(0, "J-001"), called(0, "J-002"), (30, "said"), (60, "said"), (61, "said"))
    assert outcome["finished"] == ["J-001", "J-002"]


def test_more_calls_than_can_be_said_go_to_the_list_oldest_first_and_are_counted(
    play: Play,
) -> None:
    outcome = play(*[called(0, f"J-{n:03d}") for n in range(1, 17)])
    assert outcome["announcing"] == "J-001"
    assert outcome["waiting"] == [f"J-{n:03d}" for n in range(5, 17)]
    assert outcome["silent"] == ["J-004", "J-003", "J-002"]
    assert outcome["unspoken"] == 3
    assert len(outcome["rows"] + outcome["chips"]) + outcome["beyond"] == 16


@pytest.mark.parametrize("stage", ["waiting", "announcing"])
def test_a_call_taken_back_disappears_and_is_not_said(play: Play, stage: str) -> None:
    number = {"announcing": "J-001", "waiting": "J-002"}[stage]
    outcome = play(
        called(0, "J-001"),
        called(0, "J-002"),
        (1, "ticket.undone", {"number": number, "undone": "called"}),
        *[(2, "said")] * 3,
    )
    other = {"J-001": "J-002", "J-002": "J-001"}[number]
    assert outcome["finished"] == [other]
    assert outcome["rows"] == [other]


def test_an_attention_taken_up_again_is_current_again(play: Play) -> None:
    done = (2, "ticket.finished", {"number": "J-001"})
    undone = (3, "ticket.undone", {"number": "J-001", "undone": "finished"})
    assert play(called(0, "J-001"), (1, "said"), done)["current"] == []
    assert play(called(0, "J-001"), (1, "said"), done, undone)["current"] == ["J-001"]


@pytest.mark.parametrize("kind", ["finished", "no_show", "held", "transferred", "cancelled"])
def test_who_left_the_counter_stays_listed_but_is_no_longer_current(play: Play, kind: str) -> None:
    outcome = play(called(0, "J-001"), (1, "said"), (2, f"ticket.{kind}", {"number": "J-001"}))
    assert outcome["rows"] == ["J-001"]
    assert outcome["current"] == []
    assert outcome["stage"] is None


@pytest.mark.parametrize("kind", ["held", "transferred", "cancelled"])
def test_nobody_is_sent_to_a_counter_that_no_longer_waits_for_them(play: Play, kind: str) -> None:
    outcome = play(
        called(0, "J-001"),
        called(0, "J-002"),
        (1, f"ticket.{kind}", {"number": "J-002"}),
        *[(2, "said")] * 3,
    )
    assert outcome["finished"] == ["J-001"]


def test_a_turn_taken_over_is_announced_at_its_new_counter(play: Play) -> None:
    outcome = play(
        called(0, "J-001", counter="V2", counter_name="Ventanilla 2"),
        called(0, "J-002", counter="V1"),
        (1, "ticket.handed_over", {"number": "J-002", "counter": "V2", "from_counter": "V1"}),
        (2, "said"),
    )
    assert (outcome["announcing"], outcome["place"]) == ("J-002", "Ventanilla 2")


def test_a_current_call_keeps_its_row_however_many_newer_ones_are_done(play: Play) -> None:
    script: list[tuple[Any, ...]] = [called(0, "J-001"), (1, "said")]
    for n in range(2, 12):
        number = f"J-{n:03d}"
        done = ("ticket.finished", {"number": number})
        script += [called(n * 10, number, counter="V2"), (n * 10 + 1, "said"), (n * 10 + 2, *done)]
    outcome = play(*script)
    assert outcome["rows"][-1] == "J-001"
    assert len(outcome["rows"]) == 6
    assert outcome["stage"] == "J-001"


def test_the_end_of_the_day_clears_the_board(play: Play) -> None:
    outcome = play(called(0, "J-001"), called(0, "J-002"), (1, "day.closed", {}))
    assert (outcome["rows"], outcome["waiting"], outcome["announcing"]) == ([], [], None)


def test_switched_on_it_lists_everything_and_announces_what_is_young_and_unheard(
    play: Play,
) -> None:
    calls = [
        {"number": "J-004", "called": 98},
        {"number": "J-003", "called": 95},
        {"number": "J-002", "called": 94, "state": "finished"},
        {"number": "J-001", "called": 20},
    ]
    begin = (100, "begin", {"calls": calls, "heard": [["J-003", 95]], "event_id": 9})
    outcome = play(begin, *[(101, "said")] * 3)
    assert outcome["finished"] == ["J-004"]
    assert outcome["rows"] == ["J-004", "J-003", "J-002", "J-001"]
    assert outcome["unspoken"] == 0


def test_a_reading_corrects_the_list_and_announces_nothing(play: Play) -> None:
    calls = [{"number": "J-002", "called": 5}, {"number": "J-001", "called": 0, "state": "serving"}]
    outcome = play(called(0, "J-001"), (1, "said"), (6, "reading", {"calls": calls, "event_id": 9}))
    assert outcome["rows"] == ["J-002", "J-001"]
    assert outcome["announcing"] is None


def test_a_reading_older_than_the_events_is_not_believed(play: Play) -> None:
    stale = (2, "reading", {"calls": [], "event_id": 0})
    assert play(called(0, "J-001"), stale)["rows"] == ["J-001"]


def test_the_event_stream_is_read_however_it_is_cut(module_page: Page) -> None:
    text = (
        "retry: 1000\n\nid: 7\nevent: ticket.called\ndata: {}\n\n"
        ": 7\nid: 9\n\nid: 10\r\ndata: 1\r\n\r\n"
    )
    read = module_page.evaluate(
        """async (text) => {
          const { EventParser } = await import("/event_stream.js");
          const cuts = [1, 2, 3, 7, text.length].map((size) => {
            const parser = new EventParser();
            const events = [];
            for (let i = 0; i < text.length; i += size) {
              events.push(...parser.push(text.slice(i, i + size)));
            }
            return JSON.stringify(events);
          });
          return [...new Set(cuts)].map((each) => JSON.parse(each));
        }""",
        text,
    )
    assert read == [
        [
            {"id": "7", "name": "ticket.called", "data": "{}"},
            {"id": "9", "name": "message", "data": ""},
            {"id": "10", "name": "message", "data": "1"},
        ]
    ]


@pytest.mark.parametrize(
    ("name", "word", "mark"),
    [
        ("Ventanilla 3", "Ventanilla", "3"),
        ("Ventanilla 12", "Ventanilla", "12"),
        ("Ventanilla N.º 4", "Ventanilla", "4"),
        ("Módulo B", "Módulo", "B"),
        ("Caja 2A", "Caja", "2A"),
        ("Informes", "Informes", ""),
        ("Mesa de partes", "Mesa de partes", ""),
        ("", "", ""),
    ],
)
def test_a_counters_mark_is_told_from_its_word(
    module_page: Page, name: str, word: str, mark: str
) -> None:
    parts = module_page.evaluate(
        "async (name) => (await import('/display_view.js')).placeParts(name)", name
    )
    assert parts == {"word": word, "mark": mark}


def test_the_sites_time_does_not_follow_a_clock_that_is_set(
    open_window: Callable[..., Window],
) -> None:
    page = open_window().page
    page.route(
        f"{ADDRESS}/**",
        lambda route: (
            route.fulfill(path=STATIC / "site_clock.js", content_type="text/javascript")
            if route.request.url.endswith(".js")
            else route.fulfill(body="<!doctype html>", content_type="text/html")
        ),
    )
    page.goto(f"{ADDRESS}/")
    told = page.evaluate(
        """async () => {
          const { SiteClock } = await import("/site_clock.js");
          let ticks = 1000;
          const clock = new SiteClock(() => ticks);
          clock.set("2026-11-23T14:00:00Z", 900, 1100);
          ticks += 60000;
          return new Date(clock.now()).toISOString();
        }"""
    )
    assert told == "2026-11-23T14:01:00.000Z"
