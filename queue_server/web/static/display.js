// @ts-check
// The board in the waiting room: the newest call, huge, and the last ones beside it.

import { CallQueue } from "./calls.js";
import { byId, element } from "./dom.js";
import { follow } from "./feed.js";
import { CLASSES, say } from "./words.js";

/** @typedef {import("./calls.js").Call} Call */

const LISTED = 6;
const CHECK_MS = 15000;
const RETRY_MS = 2000;
const DEADLINE_MS = 5000;

const newest = byId("newest");
const queue = new CallQueue(show);
/** @type {Call[]} newest first */
let recent = [];
let clockAhead_ms = 0;

/** @param {Call} call */
function show(call) {
  byId("newest-number").textContent = call.number;
  byId("newest-counter").textContent = call.counter_name;
  const tag = byId("newest-class");
  tag.textContent = say(CLASSES, call.attention_class);
  tag.dataset.class = call.attention_class;
  newest.dataset.number = call.number;
  delete newest.dataset.paintedAt;
  list();
  newest.classList.remove("fresh");
  requestAnimationFrame(() => {
    newest.classList.add("fresh");
    // The second frame begins after the first one was painted.
    requestAnimationFrame(() => {
      if (newest.dataset.number === call.number) newest.dataset.paintedAt = String(Date.now());
    });
  });
}

function list() {
  const rows = recent.map((call) =>
    element(
      "li",
      {
        "data-number": call.number,
        "aria-current": call.number === newest.dataset.number ? "true" : null,
      },
      element("span", { class: "recent-number" }, call.number),
      element("span", { class: "recent-counter" }, call.counter_name),
      element(
        "span",
        { class: "recent-class", "data-class": call.attention_class },
        say(CLASSES, call.attention_class),
      ),
    ),
  );
  byId("recent").replaceChildren(...rows);
}

/** @param {Call} call */
function called(call) {
  recent = [call, ...recent.filter((each) => each.number !== call.number)].slice(0, LISTED);
  list();
  queue.push(call);
}

/** @returns {Promise<{site_name: string, event_id: number, calls: Call[]} | null>} */
async function ask() {
  try {
    const response = await fetch("/api/v1/display", { signal: AbortSignal.timeout(DEADLINE_MS) });
    if (!response.ok) return null;
    const date = Date.parse(response.headers.get("date") ?? "");
    if (!Number.isNaN(date)) clockAhead_ms = date - Date.now();
    return await response.json();
  } catch {
    return null;
  }
}

/** @param {boolean} connected */
function connection(connected) {
  byId("offline").hidden = connected;
}

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * A cable pulled out leaves a connection that looks open. So the board asks from time to time,
 * and when it does not know a call the server knows, it connects again and catches up.
 * @param {import("./feed.js").Following} feed
 */
async function keepInStep(feed) {
  for (;;) {
    await pause(CHECK_MS);
    const before = feed.last();
    const state = await ask();
    if (state === null) {
      connection(false);
      feed.reopen();
    } else if (state.event_id < before) {
      location.reload(); // another database: its numbers begin anew
    } else if (missed(state.calls[0]) && feed.last() === before) {
      feed.reopen();
    }
  }
}

/** @param {Call | undefined} call */
function missed(call) {
  return call !== undefined && !recent.some((each) => each.number === call.number);
}

function startClock() {
  const timeZone = document.body.dataset.zone;
  const time = new Intl.DateTimeFormat("es-PE", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const date = new Intl.DateTimeFormat("es-PE", { timeZone, weekday: "long", day: "numeric", month: "long" });
  const tick = () => {
    const now = new Date(Date.now() + clockAhead_ms);
    byId("clock").textContent = time.format(now);
    byId("date").textContent = date.format(now);
  };
  tick();
  setInterval(tick, 1000);
}

async function start() {
  startClock();
  let state = await ask();
  while (state === null) {
    connection(false);
    await pause(RETRY_MS);
    state = await ask();
  }
  connection(true);
  byId("site").textContent = state.site_name;
  recent = state.calls.slice(0, LISTED);
  if (recent.length > 0) show(recent[0]);
  const feed = follow({
    url: "/api/v1/feed",
    after: state.event_id,
    kinds: ["ticket.called"],
    onEvent: (_kind, _id, call) => called(call),
    onState: connection,
  });
  document.body.dataset.ready = "true";
  await keepInStep(feed);
}

void start();
