// @ts-check
// "Cajas": how full every kiosk's boxes are, and taking them out by two people.

import { Refused } from "./api.js";
import { againSheet, askSheet, confirmCountSheet, confirmSheet, countSheet, detailSheet, explainSheet } from "./boxes_sheets.js";
import { levelOf, moreOf, nameOf, soles, titleOf } from "./boxes_words.js";
import { arrange, byId, element, write } from "./dom.js";
import { ago, counted } from "./words.js";
import { worklist } from "./worklist.js";

/**
 * @typedef {object} Box
 * @property {string} id
 * @property {number} number
 * @property {string} serial
 * @property {string} device
 * @property {string} sort
 * @property {number} coin_centimos
 * @property {number} capacity
 * @property {string} level
 * @property {boolean} alarm
 * @property {boolean} lost
 * @property {number | null} percent
 * @property {Record<string, number> | null} pieces
 * @property {number | null} amount_centimos
 * @property {number | null} start_coins
 * @property {number | null} given_coins
 * @property {number | null} doubtful_coins
 * @property {Record<string, number> | null} counted
 * @property {number | null} found_coins
 * @property {number | null} loaded_coins
 * @property {number | null} taken_coins
 * @property {number | null} left_coins
 * @property {boolean | null} agrees
 * @property {number | null} difference_centimos
 *
 * @typedef {object} Emptying
 * @property {string} id
 * @property {string} kiosk
 * @property {string} state
 * @property {boolean} lapsed
 * @property {string[]} serials
 * @property {string} asked_by
 * @property {string} asked_at
 * @property {string | null} confirmed_by
 * @property {string | null} closed_at
 * @property {string | null} placed_at
 * @property {string | null} placed_by
 * @property {Record<string, string>} slips
 * @property {string | null} entered_by
 * @property {string | null} counted_by
 * @property {string | null} reason
 * @property {string | null} settled_by
 * @property {number | null} difference_centimos
 * @property {Box[]} boxes
 * @property {string[]} may
 *
 * @typedef {{kiosk: string, told_at: string, may_ask: boolean, boxes: Box[]}} Kiosk
 * @typedef {{now: string, event_id: number, person: string, kiosks: Kiosk[], emptyings: Emptying[], left_behind: Box[]}} State
 */

const TICK_MS = 1000;
const OLD_S = 120;
const PAST = 20;
const exactly = new Intl.DateTimeFormat("es-PE", { timeZone: byId("boxes").dataset.zone, dateStyle: "short", timeStyle: "short", hourCycle: "h23" });
/** @param {string} instant */
const exact = (instant) => exactly.format(new Date(instant));

/** @type {State | null} */
let state = null;
/** What is drawn, by what it was drawn of: buttons stay while nothing about them changes. @type {Map<string, {drawn: string, item: HTMLElement}>} */
const kept = new Map();

const { server, send } = worklist({
  page: byId("boxes"),
  path: "/api/v1/cash-boxes",
  exactly: exactly,
  tell,
  take: (read) => {
    state = read;
  },
  draw,
});

/** @type {import("./boxes_sheets.js").Desk} */
const desk = {
  send,
  tell: (words) => tell(words, "good"),
};

/** What can be done about an emptying, by its word. @type {Record<string, [string, (of: Emptying) => void]>} */
const DOES = {
  confirm: ["Confirmar", (of) => confirmSheet(desk, of)],
  cancel: ["Cancelar", (of) => void simply(of, "cancel", "Cancelado.")],
  placed: ["Caja puesta", (of) => void simply(of, "placed", "El quiosco vuelve a recibir efectivo.")],
  enter: ["Ingresar conteo", (of) => countSheet(desk, of)],
  confirm_count: ["Confirmar conteo", (of) => confirmCountSheet(desk, of)],
  again: ["Contar otra vez", (of) => againSheet(desk, of)],
  explain: ["Explicar", (of) => explainSheet(desk, of)],
  see: ["Ver conteo", (of) => detailSheet(of)],
};

/** @param {Emptying} of @param {string} what @param {string} done */
async function simply(of, what, done) {
  try {
    await desk.send(`/api/v1/cash-boxes/emptyings/${of.id}/${what}`);
    tell(done, "good");
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
  const now = server.clock.now();
  const open = state.emptyings.filter(isOpen);
  const past = state.emptyings.filter((each) => !isOpen(each)).slice(0, PAST);
  list("under-way", open.map((each) => emptying(each, now)), "Nada en curso.");
  list("kiosks", state.kiosks.map((each) => kiosk(each, now)), "Ningún quiosco informó de sus cajas.");
  list("past", past.map((each) => emptying(each, now)), "Ninguno todavía.");
  write(byId("under-way-count"), open.length ? counted(open.length, "vaciado", "vaciados") : "");
  write(byId("past-count"), past.length ? counted(past.length, "vaciado", "vaciados") : "");
  alarms(state);
}

/** @param {State} of */
function alarms(of) {
  const full = of.kiosks.flatMap((each) => each.boxes).filter((each) => each.alarm).length;
  const differ = of.emptyings.filter((each) => each.state === "differs").length;
  const parts = [
    full ? `${counted(full, "caja pide", "cajas piden")} atención` : null,
    differ ? counted(differ, "diferencia por explicar", "diferencias por explicar") : null,
    of.left_behind.length ? `${counted(of.left_behind.length, "caja", "cajas")} sin cierre: el quiosco perdió su diario` : null,
  ].filter((each) => each !== null);
  write(byId("alarms"), parts.length ? `▲ ${parts.join(" · ")}` : "✓ Sin alarmas");
  byId("alarms").dataset.mood = parts.length ? "bad" : "good";
}

/** @param {Emptying} of */
function isOpen(of) {
  if (of.lapsed || of.state === "lapsed") return false;
  return of.state !== "settled" || (of.closed_at !== null && of.placed_at === null);
}

/** @param {string} id @param {HTMLElement[]} items @param {string} none */
function list(id, items, none) {
  const box = byId(id);
  const empty = /** @type {HTMLElement} */ (box.querySelector(".nothing") ?? element("li", { class: "nothing" }, none));
  arrange(box, items.length ? items : [empty]);
}

/** @param {Emptying} of @param {number} now */
function emptying(of, now) {
  const title = titleOf(of, now);
  return keep(`emptying ${of.id}`, [title, of], () => {
    const more = element("p", { class: "emptying-more" }, moreOf(of, exact));
    const counts = of.state === "settled" || of.state === "differs" ? ["see"] : [];
    const buttons = [...of.may, ...counts].filter((each) => each in DOES).map((each) => does(of, each));
    return element(
      "li",
      { class: "emptying", "data-mood": moodOf(of), "data-emptying": of.id },
      element("div", {}, element("p", { class: "emptying-what" }, title), more),
      element("div", { class: "emptying-does" }, ...buttons),
    );
  });
}

/** @param {Emptying} of */
function moodOf(of) {
  if (of.state === "differs") return "bad";
  if (!isOpen(of)) return of.state === "settled" && !of.reason ? "good" : "";
  return "now";
}

/** @param {Emptying} of @param {string} word */
function does(of, word) {
  const [label, act] = DOES[word];
  const made = element("button", { type: "button", class: "does", "aria-label": `${label}: quiosco ${of.kiosk}` }, label);
  made.addEventListener("click", () => act(of));
  return made;
}

/** @param {Kiosk} of @param {number} now */
function kiosk(of, now) {
  const seconds = Math.max(0, (now - Date.parse(of.told_at)) / 1000);
  const made = keep(`kiosk ${of.kiosk}`, [of.may_ask, of.boxes], () => newKiosk(of));
  const age = /** @type {HTMLElement} */ (made.querySelector(".kiosk-age"));
  write(age, `Informó ${ago(seconds)}`);
  age.dataset.old = String(seconds >= OLD_S);
  return made;
}

/** @param {Kiosk} of */
function newKiosk(of) {
  const inside = of.boxes.filter((each) => each.sort === "acceptor");
  const known = inside.every((each) => each.amount_centimos !== null);
  const sum = inside.reduce((all, each) => all + (each.amount_centimos ?? 0), 0);
  const ask = element("button", { type: "button", class: "does" }, "Vaciar caja");
  ask.setAttribute("aria-label", `Vaciar caja: quiosco ${of.kiosk}`);
  ask.addEventListener("click", () => askSheet(desk, of.kiosk, of.boxes));
  return element(
    "li",
    { class: "kiosk", "data-kiosk": of.kiosk },
    element(
      "header",
      { class: "kiosk-head" },
      element("h3", {}, `Quiosco ${of.kiosk}`),
      element("p", { class: "kiosk-total" }, known ? `${soles(sum)} en cajas` : "Vaciado en curso"),
      element("p", { class: "kiosk-age" }),
      of.may_ask ? ask : null,
    ),
    element("div", { class: "box-grid" }, ...of.boxes.map(box)),
  );
}

/** @param {Box} of */
function box(of) {
  const meter = of.percent === null ? null : element("meter", { min: "0", max: "100", value: String(of.percent), "aria-label": `${nameOf(of)}: ${levelOf(of)}` });
  return element(
    "article",
    { class: "box", "data-alarm": String(of.alarm), "data-box": of.device },
    element("p", { class: "box-name" }, `${nameOf(of)} `, element("span", { class: "soft" }, `N.° ${of.number}`)),
    element("p", { class: "box-amount" }, of.amount_centimos === null ? unknown(of) : soles(of.amount_centimos)),
    element("div", { class: "box-level" }, element("span", { class: "box-level-words" }, levelOf(of)), meter),
    pieces(of),
  );
}

/** @param {Box} of */
function unknown(of) {
  return of.given_coins === null ? "Por contar" : "Sin contar";
}

/** @param {Box} of */
function pieces(of) {
  if (of.sort === "hopper") {
    const parts = [of.given_coins === null ? null : `${counted(of.given_coins, "moneda entregada", "monedas entregadas")}`, of.doubtful_coins ? counted(of.doubtful_coins, "dudosa", "dudosas") : null];
    return element("p", { class: "soft" }, parts.filter((each) => each !== null).join(" · "));
  }
  const rows = Object.entries(of.pieces ?? {}).sort(([one], [other]) => Number(other) - Number(one));
  const cells = rows.flatMap(([worth, count]) => [element("dt", {}, soles(Number(worth))), element("dd", {}, `× ${count}`), element("dd", {}, soles(Number(worth) * count))]);
  return element("dl", { class: "box-pieces" }, ...cells);
}

/** @param {string} name @param {unknown} of @param {() => HTMLElement} make */
function keep(name, of, make) {
  const drawn = JSON.stringify(of, (key, value) => (key === "told_at" ? undefined : value));
  const known = kept.get(name);
  if (known?.drawn === drawn) return known.item;
  const item = make();
  kept.set(name, { drawn, item });
  return item;
}

setInterval(draw, TICK_MS);
void server.refresh();
