// @ts-check
// The supervisor's view: every line with its alarm, every counter with what it serves.

import { Refused } from "./api.js";
import { HelpCalls } from "./console_help.js";
import { arrange, byId, element, write } from "./dom.js";
import { Sheet } from "./sheet.js";
import { Errands } from "./supervisor_errands.js";
import { PlaceCard } from "./supervisor_place.js";
import { counted, lasting } from "./words.js";
import { worklist } from "./worklist.js";

/**
 * @typedef {import("./console_state.js").Queue & {alarm: boolean, open_counters: number, finished: number, no_show: number}} Row
 * @typedef {object} State
 * @property {string} now
 * @property {number} wait_alarm_min
 * @property {string} leftover
 * @property {import("./console_state.js").Place[]} counters
 * @property {{code: string, name: string, series: string}[]} services
 * @property {Row[]} lines
 * @property {Record<string, number>} totals
 * @property {import("./console_state.js").Help[]} help
 * @property {import("./supervisor_errands.js").Leaving} leaving
 */

const TICK_MS = 1000;
const zone = byId("overview").dataset.zone;
const exact = new Intl.DateTimeFormat("es-PE", { timeZone: zone, timeStyle: "medium", hourCycle: "h23" });

/** @type {State | null} */
let state = null;
/** @type {Map<string, {item: HTMLElement, parts: Record<string, HTMLElement>}>} */
const rows = new Map();
/** @type {Map<string, PlaceCard>} */
const cards = new Map();

const { server, send } = worklist({
  page: byId("overview"),
  path: "/api/v1/overview",
  exactly: exact,
  tell,
  take: (read) => {
    state = read;
    void errands.read(read.leaving).then(draw);
  },
  draw,
});
const help = new HelpCalls((call) =>
  void attempt(() => send(`/api/v1/help/${call.id}/acknowledge`), `Va usted a ${call.place}.`),
);

const errands = new Errands((errand) =>
  void attempt(() => send(`/api/v1/errands/${errand.id}/take-up`), "Se intenta otra vez; si falla, vuelve aquí."),
);

/** @param {() => Promise<unknown>} work @param {string} words */
async function attempt(work, words) {
  try {
    await work();
    tell(words, "good");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tell(error.message, "bad");
    draw(); // a box that was ticked in vain shows again how things are
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
  drawTotals(state);
  help.show(state.help, now);
  errands.show(state.leaving, now);
  write(byId("limit"), `alarma a los ${state.wait_alarm_min} min`);
  const sorted = [...state.lines].sort((a, b) => waited(b, now) - waited(a, now));
  arrange(byId("lines"), sorted.map((each) => line(each, now)));
  arrange(byId("counters"), state.counters.map((each) => card(each, now)));
}

/** @param {State} shown */
function drawTotals({ totals, lines }) {
  const late = lines.filter((each) => isLate(each, server.clock.now())).length;
  const figures = [
    ["Esperan", totals.waiting],
    ["Aparte", totals.aside],
    ["En ventanilla", totals.at_counter],
    ["Atendidos hoy", totals.finished],
    ["Ausentes hoy", totals.no_show],
    ["Filas en alarma", late],
  ];
  const box = byId("totals");
  if (box.children.length === 0) {
    box.append(...figures.map(([name]) => element("div", {}, element("dt", {}, String(name)), element("dd", {}))));
  }
  figures.forEach(([, count], place) => write(/** @type {Element} */ (box.children[place].lastElementChild), String(count)));
  box.children[5].setAttribute("data-late", String(late > 0));
}

/** @param {Row} row @param {number} now */
function waited(row, now) {
  return row.since && row.general + row.preferential > 0 ? now - Date.parse(row.since) : -1;
}

/** @param {Row} row @param {number} now */
function isLate(row, now) {
  return state !== null && waited(row, now) >= state.wait_alarm_min * 60000;
}

/** @param {Row} row @param {number} now */
function line(row, now) {
  const { item, parts } = rows.get(row.service) ?? newLine(row);
  rows.set(row.service, { item, parts });
  const late = isLate(row, now);
  const people = row.general + row.preferential;
  item.dataset.late = String(late);
  item.dataset.unserved = String(people > 0 && row.open_counters === 0);
  write(parts.wait, people ? `${late ? "▲ Alarma: " : ""}${lasting(waited(row, now))}` : "Nadie espera");
  write(parts.people, `★ ${row.preferential} · ${counted(row.general, "regular", "regulares")}`);
  write(parts.served, row.open_counters ? counted(row.open_counters, "ventanilla abierta", "ventanillas abiertas") : people ? "▲ Ninguna ventanilla abierta la atiende" : "Sin ventanilla abierta");
  write(parts.today, `${counted(row.finished, "atendido", "atendidos")} · ${counted(row.no_show, "ausente", "ausentes")} hoy`);
  return item;
}

/** @param {Row} row */
function newLine(row) {
  const parts = {
    wait: element("p", { class: "line-wait" }),
    people: element("p", { class: "line-people" }),
    served: element("p", { class: "line-served" }),
    today: element("p", { class: "line-today" }),
  };
  const name = element("h3", {}, element("span", { class: "series" }, row.series), element("span", {}, row.name));
  return { item: element("li", { class: "line-card", "data-service": row.service }, name, ...Object.values(parts)), parts };
}

/** @param {import("./console_state.js").Place} place @param {number} now */
function card(place, now) {
  const known = cards.get(place.counter) ?? new PlaceCard(place, /** @type {State} */ (state).services, move);
  cards.set(place.counter, known);
  known.show(place, now);
  return known.item;
}

/** @param {import("./console_state.js").Place} place @param {Record<string, number>} services */
function move(place, services) {
  const body = { services: Object.entries(services).map(([service, weight]) => ({ service, weight })) };
  void attempt(() => send(`/api/v1/counters/${place.counter}/services`, body), `${place.name}: servicios cambiados.`);
}

function askToClose() {
  if (state === null) return;
  const { totals, leftover } = state;
  const left = totals.waiting + totals.aside;
  const after = leftover === "carry" ? "pasan al próximo día de atención" : "vencen y deben sacar otro turno";
  const lead = [
    left === 0 ? "Nadie espera." : `Aún esperan ${counted(left, "persona", "personas")}: sus turnos ${after}.`,
    totals.at_counter ? `${counted(totals.at_counter, "turno abierto termina", "turnos abiertos terminan")} también.` : "",
    "Todas las ventanillas se cierran.",
  ].join(" ");
  const made = new Sheet("Cerrar el día", lead);
  const close = async () => {
    const closed = await send("/api/v1/day/close");
    tell(`Día cerrado: ${closed.finished} terminados, ${closed.expired} vencidos, ${closed.carried} pasan a otro día.`, "good");
  };
  made.choices([{ label: "¿Cerrar ahora?", options: [{ label: "Sí, cerrar el día", mood: "danger", pick: close }, { label: "No, volver", pick: async () => {} }] }]);
  made.open(made.numbered[1]);
}

byId("close-day").addEventListener("click", askToClose);
setInterval(draw, TICK_MS);
void server.refresh();
