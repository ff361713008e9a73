// @ts-check
// The console: puts its parts together. What each may do stands in the part.

import { Refused } from "./api.js";
import { showConnection } from "./connection.js";
import { HelpCalls } from "./console_help.js";
import { onKeys } from "./console_keys.js";
import { Line } from "./console_line.js";
import { Orders } from "./console_orders.js";
import * as certificates from "./console_certificates.js";
import { kioskCode } from "./console_kiosk_codes.js";
import * as sheets from "./console_sheets.js";
import { showStage, showTimer } from "./console_stage.js";
import { modeOf, refusal, undoableAfter } from "./console_state.js";
import { byId, element, write } from "./dom.js";
import { live } from "./live.js";
import { COUNTER_STATES, say } from "./words.js";

/**
 * @typedef {import("./console_state.js").State} State
 * @typedef {import("./console_state.js").Place} Place
 * @typedef {import("./console_state.js").Undoable} Undoable
 */

const REMEMBERED = "counter";
const TICK_MS = 1000;
const SETTLE_MS = 350; // a second press meant for the old meaning of the big button does nothing

const zone = byId("desk").dataset.zone;
const clock = new Intl.DateTimeFormat("es-PE", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const exact = new Intl.DateTimeFormat("es-PE", { timeZone: zone, timeStyle: "medium", hourCycle: "h23" });
const hour = (/** @type {number} */ instant) => clock.format(instant);

/** @type {string | null} */
let counter = null;
/** @type {State | null} */
let state = null;
/** @type {Undoable | null} */
let undoable = null;
let choosing = false;
let settledAt = 0;

const server = live({
  path: () => `/api/v1/console${counter ? `?counter=${encodeURIComponent(counter)}` : ""}`,
  show,
  onEvent: (name, body) => {
    if (!counter) return;
    const before = undoable;
    undoable = undoableAfter(undoable, name, body, counter, now());
    if (before !== undoable) remember();
  },
  onConnection: (connected, since) => {
    showConnection(connected, since, (instant) => exact.format(instant));
    draw();
  },
  onRefusal: (problem) => tell(problem.message, "bad"),
});
const now = () => server.clock.now();

const orders = new Orders({
  refresh: () => server.refresh(),
  changed: () => draw(),
  retrying: () => tell("Sin respuesta del servidor; se repite el mismo pedido, sin riesgo de hacerlo dos veces…", "bad"),
});

/** @type {sheets.Desk} */
const desk = {
  state: () => /** @type {State} */ (state),
  send: (path, body) => send(path, body),
  tell: (words) => tell(words, "good"),
  print,
  open,
  now,
  hour,
};

const line = new Line({
  call: (ticket) => void attempt("next", () => callThis(ticket)),
  more: (ticket) => void sheets.everything(desk, ticket),
  now,
  hour,
});
const help = new HelpCalls((call) => void attempt("help", () => goTo(call)));

/** What each operation does; a key or a button names it. @type {Record<string, () => unknown>} */
const OPERATIONS = {
  next: async () => said("Llamó al turno", await send(`/api/v1/counters/${counter}/call-next`)),
  open: async () => {
    await openCounter(view().mode === "taken");
    tell("Ventanilla abierta.", "good");
  },
  start: async () => said("Atiende el turno", await act("start")),
  finish: async () => {
    const ended = await act("finish");
    tell(ended.state === "transferred" ? `El turno ${ended.number} sigue en ${ended.service_name}.` : `El turno ${ended.number} terminó.`, "good");
  },
  recall: async () => said("Llamó otra vez al turno", await act("recall")),
  noShow: async () => {
    const gone = await act("no-show");
    const back = gone.due_at && gone.state === "waiting" ? `; vuelve a la fila a las ${hour(Date.parse(gone.due_at))}` : "";
    tell(`El turno ${gone.number} quedó como ausente${back}.`, "good");
  },
  undo: async () => {
    const { ticket, what, number } = /** @type {Undoable} */ (undoable);
    await send(`/api/v1/tickets/${ticket}/undo`);
    undoable = null;
    remember();
    tell(`Deshizo: ${what} de ${number}.`, "good");
  },
  hold: () => sheets.hold(desk, current()),
  transfer: () => sheets.transfer(desk, current()),
  attentionClass: () => sheets.attentionClass(desk, current()),
  cancel: () => sheets.cancel(desk, current()),
  print: () => desk.print(current().ticket_id),
  byHand: () => sheets.issue(desk, "by_hand"),
  direct: () => sheets.issue(desk, "direct"),
  find: () => sheets.find(desk, (ticket) => sheets.everything(desk, ticket)),
  resume: () => sheets.resume(desk),
  relief: () => sheets.relief(desk),
  paper: () => sheets.paper(desk),
  certificates: () => certificates.certificates(desk),
  kioskCode: () => kioskCode(desk),
  help: () => goTo(desk.state().help[0]),
  counter: () => sheets.counter(desk, choose),
  line: () => line.focus(),
};

/** Do `operation`, or say why not. @param {string} operation */
function run(operation) {
  return attempt(operation, OPERATIONS[operation]);
}

/**
 * @param {string} operation
 * @param {() => unknown} work
 */
async function attempt(operation, work) {
  if (state === null || choosing || orders.busy) return;
  const why = server.connected() ? refusal(operation, view()) : "Sin conexión con el servidor: espere a que vuelva.";
  if (why) return tell(why, "bad");
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tell(error.message, "bad");
  }
}

/**
 * @param {string} path
 * @param {any} [body]
 */
async function send(path, body) {
  if (!server.connected()) throw new Refused("unreachable", "Sin conexión con el servidor: espere a que vuelva.");
  tell("");
  const answer = await orders.send(path, body);
  settledAt = performance.now();
  return answer;
}

/** @param {string} what  of the current ticket */
function act(what) {
  return send(`/api/v1/tickets/${current().ticket_id}/${what}`);
}

/** @param {{ticket_id: string}} ticket */
async function callThis(ticket) {
  said("Llamó al turno", await send(`/api/v1/counters/${counter}/call`, { ticket_id: ticket.ticket_id }));
  byId("primary").focus();
}

/** @param {{id: string, place: string}} call */
async function goTo(call) {
  await send(`/api/v1/help/${call.id}/acknowledge`);
  tell(`Va usted a ${call.place}.`, "good");
}

/** @param {boolean} takeOver */
function openCounter(takeOver) {
  return send(`/api/v1/counters/${counter}/open`, { take_over: takeOver });
}

function current() {
  return /** @type {import("./console_state.js").Ticket} */ (desk.state().current);
}

/** @returns {import("./console_state.js").View} */
function view() {
  const fresh = undoable && undoable.until > now() ? undoable : null;
  return { state: desk.state(), mode: modeOf(desk.state()), undoable: fresh };
}

/** @param {string} ticketId */
function print(ticketId) {
  open(`/console/tickets/${ticketId}/print`, "popup,width=420,height=760");
}

/** @param {string} path @param {string} [features] */
function open(path, features = "") {
  const opened = window.open(path, "_blank", features);
  if (!opened) tell("El navegador no abrió la impresión; permita las ventanas emergentes de esta página.", "bad");
  return opened !== null;
}

/** @param {string} words @param {{number: string}} ticket */
function said(words, ticket) {
  tell(`${words} ${ticket.number}.`, "good");
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

/** @param {State} read */
function show(read) {
  state = read;
  orders.settle();
  draw();
  if (choosing || !counter) showChoices();
}

function draw() {
  if (state === null || !counter) return;
  showStage(view(), { busy: orders.busy, connected: server.connected(), now: now(), hour });
  byId("desk").dataset.event = String(state.event_id);
  line.show(state);
  help.show(state.help, now());
  const calls = state.help.length > 0 ? "● Ayuda · " : "";
  document.title = `${calls}${state.current ? `${state.current.number} · ` : ""}${state.counter?.name ?? ""}`;
}

function tick() {
  if (state === null || !counter) return;
  showTimer(view(), now());
  if (undoable && undoable.until <= now()) undoable = null;
  draw();
}

// --- at which counter ------------------------------------------------------------------------

function choose() {
  choosing = true;
  byId("desk").hidden = true;
  byId("chooser").hidden = false;
  showChoices();
  const last = localStorage.getItem(REMEMBERED);
  const wanted = byId("choices").querySelector(`[data-counter="${CSS.escape(last ?? "")}"]`);
  const focused = wanted ?? byId("choices").querySelector("button");
  if (focused instanceof HTMLElement) focused.focus();
}

function showChoices() {
  const held = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.counter : undefined;
  byId("choices").replaceChildren(...desk.state().counters.map(choice));
  const again = held && byId("choices").querySelector(`[data-counter="${CSS.escape(held)}"]`);
  if (again instanceof HTMLElement) again.focus();
}

/** @param {Place} place */
function choice(place) {
  const mine = place.operator === state?.operator;
  const who = place.operator ? ` · ${mine ? "usted" : place.operator}` : "";
  const button = element(
    "button",
    { class: "choice", type: "button", "data-counter": place.counter, "data-state": place.state },
    element("span", { class: "choice-code" }, place.counter),
    element("span", { class: "choice-name" }, place.name),
    element("span", { class: "choice-state" }, say(COUNTER_STATES, place.state) + who),
  );
  button.addEventListener("click", () => void signInAt(place));
  return button;
}

/** @param {Place} place */
async function signInAt(place) {
  counter = place.counter;
  try {
    await openCounter(false);
    sitDown(place.counter);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const operator = error.members.operator;
    if (error.kind === "counter_taken") sheets.takeCounter(desk, { name: place.name, operator }, () => take(place));
    else write(byId("chooser-problem"), error.message);
  }
}

/** @param {Place} place */
async function take(place) {
  await openCounter(true);
  sitDown(place.counter);
}

/** @param {string} code */
function sitDown(code) {
  counter = code;
  choosing = false;
  undoable = recalled();
  localStorage.setItem(REMEMBERED, code);
  history.replaceState(null, "", `/console?counter=${encodeURIComponent(code)}`);
  write(byId("chooser-problem"), "");
  byId("chooser").hidden = true;
  byId("desk").hidden = false;
  draw();
  byId("primary").focus();
}

/** What can be taken back survives a reload, and the other window of this counter knows it too. */
function remember() {
  localStorage.setItem(`undo:${counter}`, JSON.stringify(undoable));
}

/** @returns {Undoable | null} */
function recalled() {
  return JSON.parse(localStorage.getItem(`undo:${counter}`) ?? "null");
}

// --- start -----------------------------------------------------------------------------------

async function start() {
  onKeys((operation) => void run(operation), () => choosing || byId("desk").hidden);
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button[data-operation]") : null;
    if (!(button instanceof HTMLElement) || event.detail > 1) return;
    if (button.id === "primary" && performance.now() - settledAt < SETTLE_MS) return;
    void run(button.dataset.operation ?? "");
  });
  const wanted = new URLSearchParams(location.search).get("counter") ?? localStorage.getItem(REMEMBERED);
  await firstState();
  if (desk.state().counters.some((each) => each.counter === wanted)) {
    counter = wanted;
    await server.refresh();
    sitDown(String(wanted));
  } else {
    choose();
  }
  setInterval(tick, TICK_MS);
  document.body.dataset.ready = "true";
}

async function firstState() {
  while (state === null) {
    await server.refresh();
    if (state === null) await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

void start();
