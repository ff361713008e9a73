// @ts-check
// The monitor: whether people can be served, every kiosk, what is on the LAN, live.

import { Refused, read } from "./api.js";
import { arrange, byId, element, write } from "./dom.js";
import { follow } from "./feed.js";
import { ACTION_KINDS, keepingOrderFocus } from "./monitor_actions.js";
import { keepingFocus } from "./monitor_codes.js";
import { renderGlance } from "./monitor_glance.js";
import { gravity, kioskCard, presenceWords, searchable } from "./monitor_kiosk.js";
import { displayFacts, lanRows, searchableInstance, serverFacts } from "./monitor_lan.js";
import { mark } from "./monitor_marks.js";
import { kindWords, partWords } from "./monitor_words.js";
import { DEVICE_STATES, VERDICTS, counted, say } from "./words.js";

const REFRESH_MS = 5000;
const HISTORY_MS = 60000;
const MOST_CARDS = 48;
const KINDS = ["kiosk.changed", "kiosk.silent", ...ACTION_KINDS];

/**
 * @typedef {import("./monitor_kiosk.js").Kiosk} Kiosk
 * @typedef {import("./monitor_kiosk.js").Device} Device
 * @typedef {import("./monitor_history.js").History} History
 * @typedef {import("./monitor_lan.js").Instance} Instance
 * @typedef {{kiosk: string, device: string | null, verdict: "fine" | "warning" | "broken"}} Trouble
 * @typedef {{server: {site: string, now: string, database: string, event_id: number, listeners: number, build: string, certificate_until: string | null, centre?: import("./monitor_lan.js").Centre | null}, glance: import("./monitor_glance.js").Glance, troubles: Trouble[], kiosks: Kiosk[], displays: import("./monitor_lan.js").Display[], discovered: Instance[]}} State
 */

const page = byId("monitor");
const search = /** @type {HTMLInputElement} */ (byId("search"));

/** @param {Intl.DateTimeFormatOptions} more */
const format = (more) =>
  new Intl.DateTimeFormat("es-PE", { timeZone: page.dataset.zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...more });
const clock = format({ second: "2-digit" });
const hours = format({});
const asksCodes = page.dataset.codes === "true" ? (/** @type {string} */ instant) => hours.format(Date.parse(instant)) : null;

/** @type {import("./monitor_actions.js").Desk} */
const ordering = { may: page.dataset.actions === "true", hour: (instant) => hours.format(Date.parse(instant)), after: () => void look() };

/** @type {State | null} */
let shown = null;
/** @type {History | null} */
let history = null;
let historyVersion = 0;
/** What each card was made of, and the card. @type {Map<string, {made: string, card: HTMLElement}>} */
const cards = new Map();

/** @param {Trouble} trouble @param {Kiosk[]} kiosks */
function troubleRow(trouble, kiosks) {
  const kiosk = kiosks.find((each) => each.name === trouble.kiosk);
  const device = kiosk?.devices.find((each) => each.name === trouble.device);
  return element(
    "li",
    { "data-verdict": trouble.verdict },
    mark(trouble.verdict, say(VERDICTS, trouble.verdict)),
    element("strong", {}, trouble.kiosk),
    element("span", {}, device ? deviceTrouble(device) : "El quiosco no da señal"),
  );
}

/** @param {Device} device */
function deviceTrouble(device) {
  const bad = device.parts.filter((part) => part.verdict !== "fine");
  const reasons = bad.map((part) => partWords(part).replace(": ", " ").toLowerCase());
  const why = reasons.length > 0 ? reasons.join(", ") : say(DEVICE_STATES, device.device).toLowerCase();
  return `${kindWords(device.kind)}: ${why}`;
}

/** @param {State} state */
function renderTroubles(state) {
  const broken = state.troubles.filter((each) => each.verdict === "broken").length;
  const warnings = state.troubles.length - broken;
  const strangers = state.discovered.filter((each) => each.tie === "not_paired" && each.gone_at === null).length;
  const words = [
    broken > 0 ? counted(broken, "avería", "averías") : null,
    warnings > 0 ? counted(warnings, "advertencia", "advertencias") : null,
    strangers > 0 ? counted(strangers, "equipo sin emparejar", "equipos sin emparejar") : null,
  ].filter((each) => each !== null);
  write(byId("summary"), words.join(" · ") || "Ninguna avería");
  byId("summary").dataset.mood = broken > 0 ? "broken" : words.length > 0 ? "warning" : "fine";
  byId("troubles-section").hidden = state.troubles.length === 0;
  byId("troubles").replaceChildren(...state.troubles.slice(0, MOST_CARDS).map((each) => troubleRow(each, state.kiosks)));
}

/** A card is made anew only when something but its age is new. @param {Kiosk} kiosk */
function cardOf(kiosk) {
  const made = JSON.stringify([{ ...kiosk, heard_s: kiosk.heard_s === null, sequence: 0 }, historyVersion]);
  const before = cards.get(kiosk.name);
  if (before?.made === made) {
    const words = before.card.querySelector(".card-presence .mark")?.lastChild;
    if (words && words.textContent !== presenceWords(kiosk)) words.textContent = presenceWords(kiosk);
    return before.card;
  }
  const card = kioskCard(kiosk, history, asksCodes, ordering);
  for (const opened of before?.card.querySelectorAll("details") ?? []) {
    const again = card.querySelector(`details[data-key="${opened.dataset.key}"]`);
    if (again instanceof HTMLDetailsElement && opened.dataset.touched) {
      again.open = opened.open;
      again.dataset.touched = "true";
    }
  }
  for (const each of card.querySelectorAll("summary")) {
    each.addEventListener("click", () => {
      if (each.parentElement) each.parentElement.dataset.touched = "true";
    });
  }
  cards.set(kiosk.name, { made, card });
  return card;
}

/** @param {State} state */
function renderKiosks(state) {
  const wanted = search.value.trim().toLowerCase();
  const found = state.kiosks.filter((each) => searchable(each).includes(wanted));
  const order = found.map((each) => ({ each, bad: gravity(each) })).sort((one, other) => one.bad - other.bad);
  const first = order.slice(0, MOST_CARDS).map(({ each }) => each);
  for (const name of cards.keys()) if (!state.kiosks.some((each) => each.name === name)) cards.delete(name);
  keepingOrderFocus(() => keepingFocus(() => arrange(byId("kiosks"), first.map(cardOf))));
  const none = state.kiosks.length === 0 ? "Ningún quiosco está registrado todavía." : "Ningún quiosco coincide con la búsqueda.";
  const rest = found.length > MOST_CARDS ? `Se muestran los ${MOST_CARDS} más graves de ${found.length}; busque por código o equipo.` : "";
  write(byId("kiosks-note"), found.length === 0 ? none : rest);
}

/** @param {State} state */
function renderLan(state) {
  const now = Date.parse(state.server.now);
  const wanted = search.value.trim().toLowerCase();
  const found = state.discovered.filter((each) => searchableInstance(each).includes(wanted));
  byId("discovered").replaceChildren(...lanRows(found, now));
  byId("displays").replaceChildren(...displayFacts(state.displays, now));
  byId("server").replaceChildren(...serverFacts(state.server, clock.format(now), now, (instant) => hours.format(Date.parse(instant))));
}

/** @param {State} state */
function render(state) {
  shown = state;
  renderGlance(state.glance, byId("glance"), byId("journeys"));
  renderTroubles(state);
  renderKiosks(state);
  renderLan(state);
}

/** What each was told, the newest first. @param {Kiosk[]} kiosks */
async function addActions(kiosks) {
  /** @type {{kiosks: string[], actions: import("./monitor_actions.js").Action[]}} */
  const told = await read("/api/v1/kiosk-actions");
  for (const kiosk of kiosks) {
    kiosk.actions = told.actions.filter((each) => each.kiosk === kiosk.name);
    kiosk.listens = told.kiosks.includes(kiosk.name);
  }
}

/** @returns {Promise<State | null>} */
async function refresh() {
  try {
    /** @type {State} */
    const state = await read("/api/v1/monitor");
    await addActions(state.kiosks);
    render(state);
    byId("offline").hidden = true;
    return state;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    byId("offline").hidden = false;
    return null;
  }
}

async function refreshHistory() {
  try {
    history = await read("/api/v1/monitor/history");
    historyVersion += 1;
    if (shown) renderKiosks(shown);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

/** Many events at once are one look. */
let looking = false;
let again = false;
async function look() {
  if (looking) {
    again = true;
    return;
  }
  looking = true;
  do {
    again = false;
    await refresh();
  } while (again);
  looking = false;
}

async function start() {
  const state = await refresh();
  await refreshHistory();
  setInterval(() => void look(), REFRESH_MS); // silence is no event: it shows with time only
  setInterval(() => void refreshHistory(), HISTORY_MS);
  search.addEventListener("input", () => {
    if (!shown) return;
    renderKiosks(shown);
    renderLan(shown);
  });
  follow({
    url: "/api/v1/monitor/feed",
    after: state?.server.event_id ?? 0,
    kinds: KINDS,
    onEvent: () => void look(),
    onState: (connected) => {
      byId("offline").hidden = connected;
    },
  });
  document.body.dataset.ready = "true";
}

void start();
