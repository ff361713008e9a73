// @ts-check
// The console: call the next person, finish, and see who waits.

import { Refused, order, read } from "./api.js";
import { byId, element } from "./dom.js";
import { follow } from "./feed.js";
import { CLASSES, say } from "./words.js";

const REMEMBERED = "counter";
const REFRESH_MS = 10000;
const KINDS = ["ticket.issued", "ticket.called", "ticket.finished"];

/**
 * @typedef {{number: string, ticket_id: string, service_name: string, attention_class: string, arrived_at: string}} Ticket
 * @typedef {{code: string, name: string}} Counter
 * @typedef {object} State
 * @property {number} event_id
 * @property {Counter[]} counters
 * @property {Counter | null} counter
 * @property {{service: string, name: string, series: string, general: number, preferential: number}[]} waiting
 * @property {{number: string, attention_class: string, reason: string} | null} next
 * @property {Ticket | null} current
 */

const desk = byId("desk");
const callButton = byId("call");
const finishButton = byId("finish");
const arrival = new Intl.DateTimeFormat("es-PE", {
  timeZone: desk.dataset.zone,
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/** @type {string | null} */
let counter = null;
/** @type {Ticket | null} */
let current = null;
let ordering = false;
/** Readings asked for while one is under way become one more reading. */
let reading = false;
let readAgain = false;

/** @param {State} state */
function render(state) {
  byId("counter-name").textContent = state.counter?.name ?? "";
  renderWaiting(state.waiting);
  byId("next").textContent = state.next?.number ?? "—";
  byId("next-reason").textContent = state.next?.reason ?? "Nadie espera para esta ventanilla";
  if (!ordering) renderCurrent(state.current);
}

/** @param {State["waiting"]} waiting */
function renderWaiting(waiting) {
  const total = waiting.reduce((sum, row) => sum + row.general + row.preferential, 0);
  byId("total").textContent = String(total);
  byId("total-word").textContent = total === 1 ? "persona" : "personas";
  const rows = waiting.map((row) =>
    element(
      "tr",
      { "data-service": row.service },
      element(
        "th",
        { scope: "row" },
        element("div", { class: "line-service" }, element("span", { class: "series" }, row.series), row.name),
      ),
      count(row.preferential, "preferential"),
      count(row.general, "general"),
    ),
  );
  byId("waiting").replaceChildren(...rows);
}

/**
 * @param {number} people
 * @param {string} attentionClass
 */
function count(people, attentionClass) {
  const empty = people === 0 ? "none" : null;
  return element("td", { "data-class": attentionClass, "data-count": empty }, String(people));
}

/** @param {Ticket | null} ticket */
function renderCurrent(ticket) {
  current = ticket;
  desk.dataset.serving = String(ticket !== null);
  byId("stage-label").textContent = ticket ? "En atención" : "Ventanilla libre";
  byId("current").textContent = ticket?.number ?? "";
  const tag = byId("current-class");
  tag.hidden = ticket === null;
  tag.textContent = ticket ? say(CLASSES, ticket.attention_class) : "";
  tag.dataset.class = ticket?.attention_class ?? "";
  byId("current-more").textContent = ticket
    ? `${ticket.service_name} · llegó a las ${arrival.format(new Date(ticket.arrived_at))}`
    : "Puede llamar a la siguiente persona.";
  renderButtons();
}

function renderButtons() {
  callButton.setAttribute("aria-disabled", String(ordering || current !== null));
  finishButton.setAttribute("aria-disabled", String(ordering || current === null));
  desk.setAttribute("aria-busy", String(ordering));
}

/**
 * @param {string} words
 * @param {"" | "bad" | "good"} [mood]
 */
function tell(words, mood = "") {
  const message = byId("message");
  message.textContent = words;
  message.dataset.mood = mood;
}

async function refresh() {
  if (counter === null) return;
  if (reading) {
    readAgain = true;
    return;
  }
  reading = true;
  do {
    readAgain = false;
    try {
      render(await read(`/api/v1/console?counter=${encodeURIComponent(counter)}`));
      byId("offline").hidden = true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.kind === "unreachable") byId("offline").hidden = false;
      else tell(error.message, "bad");
    }
  } while (readAgain);
  reading = false;
}

/**
 * Carry out one order; `done` gets the ticket.
 * @param {string} path
 * @param {(ticket: Ticket) => void} done
 */
async function carryOut(path, done) {
  ordering = true;
  renderButtons();
  tell("");
  try {
    const ticket = await order(path, () => tell("Sin conexión con el servidor; reintentando…", "bad"));
    ordering = false;
    done(ticket);
  } catch (error) {
    ordering = false;
    if (!(error instanceof Refused)) throw error;
    tell(error.message, "bad");
  }
  renderButtons();
  await refresh();
}

async function callNext() {
  if (ordering || counter === null) return;
  if (current !== null) {
    tell(`Termine primero el turno ${current.number}; luego llame al siguiente.`, "bad");
    return;
  }
  await carryOut(`/api/v1/counters/${encodeURIComponent(counter)}/call-next`, (ticket) => {
    renderCurrent(ticket);
    finishButton.focus();
    tell(`Llamó al turno ${ticket.number}.`, "good");
  });
}

async function finish() {
  if (ordering) return;
  if (current === null) {
    tell("Ningún turno está en atención.", "bad");
    return;
  }
  await carryOut(`/api/v1/tickets/${current.ticket_id}/finish`, (ticket) => {
    renderCurrent(null);
    callButton.focus();
    tell(`El turno ${ticket.number} terminó.`, "good");
  });
}

/** @param {Counter[]} counters */
function choose(counters) {
  desk.hidden = true;
  byId("chooser").hidden = false;
  const choices = counters.map((each) => {
    const button = element(
      "button",
      { class: "choice", type: "button", "data-counter": each.code },
      element("span", { class: "choice-code" }, each.code),
      element("span", { class: "choice-name" }, each.name),
    );
    button.addEventListener("click", () => void sitAt(each.code));
    return button;
  });
  byId("choices").replaceChildren(...choices);
  choices[0]?.focus();
}

/** @param {string} code */
async function sitAt(code) {
  counter = code;
  localStorage.setItem(REMEMBERED, code);
  history.replaceState(null, "", `/console?counter=${encodeURIComponent(code)}`);
  await refresh();
  byId("chooser").hidden = true;
  desk.hidden = false;
  (current ? finishButton : callButton).focus();
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const chosen = { F2: callNext, F9: finish }[event.key];
  if (!chosen || desk.hidden || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  void chosen();
}

/** @returns {Promise<State>} */
async function firstState() {
  for (;;) {
    try {
      return await read("/api/v1/console");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      byId("offline").hidden = false;
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

async function start() {
  callButton.addEventListener("click", () => void callNext());
  finishButton.addEventListener("click", () => void finish());
  document.addEventListener("keydown", onKey);
  const state = await firstState();
  byId("offline").hidden = true;
  byId("change").addEventListener("click", () => choose(state.counters));
  const wanted = new URLSearchParams(location.search).get("counter") ?? localStorage.getItem(REMEMBERED);
  if (state.counters.some((each) => each.code === wanted)) await sitAt(String(wanted));
  else choose(state.counters);
  follow({
    url: "/api/v1/feed",
    after: state.event_id,
    kinds: KINDS,
    onEvent: () => void refresh(),
    onState: (connected) => {
      byId("offline").hidden = connected;
    },
  });
  setInterval(() => void refresh(), REFRESH_MS);
  document.body.dataset.ready = "true";
}

void start();
