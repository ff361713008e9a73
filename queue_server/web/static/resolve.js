// @ts-check
// "Por resolver": everything that waits for a person, and the claim whose code somebody brought.

import { Refused, order } from "./api.js";
import { arrange, byId, element, write } from "./dom.js";
import { claimSheet, giveBackSheet, noteSheet, returnedSheet, settleSheet, showCodeSheet, toClaimSheet } from "./resolve_sheets.js";
import { FINDINGS, MEANS, actionOf, reasonOf, soles, titleOf } from "./resolve_words.js";
import { DOCUMENT_TYPES, ago, counted, say } from "./words.js";
import { worklist } from "./worklist.js";

/**
 * @typedef {{what: string, who: string, at: string}} Last
 * @typedef {object} Matter
 * @property {string} sort
 * @property {string} id
 * @property {string} since
 * @property {string | null} number
 * @property {string | null} document_type
 * @property {string | null} masked
 * @property {string | null} kiosk
 * @property {string | null} means
 * @property {number | null} amount_centimos
 * @property {string} state
 * @property {string} reason
 * @property {boolean} now
 * @property {string | null} finding
 * @property {Last | null} last
 * @property {string[]} may
 *
 * @typedef {{now: string, event_id: number, counters: {code: string, name: string}[], may_give: boolean, items: Matter[]}} State
 * @typedef {{item: HTMLElement, more: HTMLElement, last: HTMLElement, drawn: string}} Row
 */

const TICK_MS = 1000;
const exactly = new Intl.DateTimeFormat("es-PE", { timeZone: byId("resolve").dataset.zone, dateStyle: "short", timeStyle: "short", hourCycle: "h23" });

/** @type {State | null} */
let state = null;
/** @type {Map<string, Row>} */
const rows = new Map();

const { server, send } = worklist({
  page: byId("resolve"),
  path: "/api/v1/resolve",
  exactly: exactly,
  tell,
  take: (read) => {
    state = read;
  },
  draw,
});

/** @type {import("./resolve_sheets.js").Desk} */
const desk = {
  send,
  tell: (words) => tell(words, "good"),
  exact: (instant) => exactly.format(new Date(instant)),
  counters: () => state?.counters ?? [],
  mayGive: () => state?.may_give ?? false,
};

/** What can be done about a matter, by its word. @type {Record<string, [string, (matter: Matter) => void]>} */
const DOES = {
  note: ["Anotar", (matter) => noteSheet(desk, matter)],
  settle: ["Decidir", (matter) => settleSheet(desk, matter)],
  claim: ["Hacer reclamo", (matter) => toClaimSheet(desk, matter)],
  found_returned: ["Ya se devolvió", (matter) => returnedSheet(desk, matter)],
  code: ["Mostrar código", (matter) => showCodeSheet(desk, matter)],
  take_up: ["Intentar otra vez", (matter) => void takeUp(matter)],
  give_back: ["Sin salida: devolver", (matter) => giveBackSheet(desk, matter)],
};

/** @param {Matter} matter */
async function takeUp(matter) {
  try {
    await desk.send(`/api/v1/errands/${matter.id}/take-up`);
    tell("Se intenta otra vez; si falla, vuelve aquí.", "good");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tell(error.message, "bad");
  }
}

/** @param {string} words @param {"" | "bad" | "good"} mood */
function tell(words, mood) {
  write(byId("message"), words);
  byId("message").dataset.mood = mood;
}

function draw() {
  if (state === null) return;
  const known = new Set(state.items.map(nameOf));
  for (const name of rows.keys()) if (!known.has(name)) rows.delete(name);
  list("now", state.items.filter((each) => each.now), "Nada espera a una persona.");
  list("later", state.items.filter((each) => !each.now), "Ninguno.");
}

/** @param {string} id @param {Matter[]} matters @param {string} none */
function list(id, matters, none) {
  write(byId(`${id}-count`), matters.length ? counted(matters.length, "caso", "casos") : "");
  const box = byId(id);
  const empty = /** @type {HTMLElement} */ (box.querySelector(".nothing") ?? element("li", { class: "nothing" }, none));
  arrange(box, matters.length ? matters.map(row) : [empty]);
}

/** @param {Matter} matter */
function nameOf({ sort, id }) {
  return `${sort} ${id}`;
}

/** @param {Matter} matter */
function row(matter) {
  const drawn = JSON.stringify([matter.state, matter.reason, matter.amount_centimos, matter.may]);
  const known = rows.get(nameOf(matter));
  const made = known?.drawn === drawn ? known : newRow(matter, drawn);
  rows.set(nameOf(matter), made);
  const now = server.clock.now();
  write(made.more, moreOf(matter, now));
  write(made.last, matter.last ? `Lo último: ${actionOf(matter.last)}, ${since(matter.last.at, now)}` : "");
  return made.item;
}

/** @param {Matter} matter @param {string} drawn @returns {Row} */
function newRow(matter, drawn) {
  const more = element("p", { class: "matter-more" });
  const last = element("p", { class: "matter-last" });
  const amount = matter.amount_centimos === null ? null : element("span", { class: "matter-amount" }, soles(matter.amount_centimos));
  const title = titleOf(matter);
  const buttons = matter.may.map((each) => button(matter, title, each));
  const words = element("div", {}, element("p", { class: "matter-what" }, `${title} `, amount), more, last);
  const item = element("li", { class: "matter", "data-matter": nameOf(matter) }, words, element("div", { class: "matter-does" }, ...buttons));
  return { item, more, last, drawn };
}

/** @param {Matter} matter @param {string} title @param {string} does */
function button(matter, title, does) {
  const [label, act] = DOES[does];
  const about = matter.number ? `solicitud ${matter.number}` : title;
  const made = element("button", { type: "button", "aria-label": `${label}: ${about}` }, label);
  made.addEventListener("click", () => act(matter));
  return made;
}

/** @param {Matter} matter @param {number} now */
function moreOf(matter, now) {
  const finding = FINDINGS.find(([each]) => each === matter.finding)?.[1];
  const parts = [
    `Desde ${since(matter.since, now)}`,
    matter.number ? `solicitud ${matter.number}` : null,
    matter.masked ? `${say(DOCUMENT_TYPES, matter.document_type ?? "")} ${matter.masked}` : null,
    matter.means ? say(MEANS, matter.means) : null,
    matter.kiosk ? `quiosco ${matter.kiosk}` : null,
    reasonOf(matter),
    finding ? `anotado: ${finding.toLowerCase()}` : null,
  ];
  return parts.filter((each) => each !== null).join(" · ");
}

/** @param {string} instant @param {number} now */
function since(instant, now) {
  return ago(Math.max(0, now - Date.parse(instant)) / 1000);
}

async function find() {
  const code = /** @type {HTMLInputElement} */ (byId("code")).value;
  tell("", "");
  try {
    claimSheet(desk, code, await order("/api/v1/claims/find", () => {}, { code }));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tell(error.message, "bad");
  }
}

byId("find").addEventListener("submit", (event) => {
  event.preventDefault();
  void find();
});

/** B goes to the code; the arrows go from one button to the next. */
document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  if (event.target instanceof HTMLInputElement) return;
  if (event.key.toUpperCase() === "B") byId("code").focus();
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") step(event.key === "ArrowDown" ? 1 : -1);
  else return;
  event.preventDefault();
});

/** @param {number} by */
function step(by) {
  const all = [...document.querySelectorAll(".matter-does button")];
  const at = all.indexOf(/** @type {Element} */ (document.activeElement));
  const to = all[at < 0 ? 0 : at + by];
  if (to instanceof HTMLElement) to.focus();
}

setInterval(draw, TICK_MS);
void server.refresh();
