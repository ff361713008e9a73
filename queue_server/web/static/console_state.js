// @ts-check
// PURE: what the console's state means: how the counter stands, and why something is not possible.

/**
 * @typedef {{ticket_id: string, number: string, service: string, service_name: string, needs: string, attention_class: string, attention_reason: string, people: number, then: string[], state: string, arrived_at: string, called_at: string | null, counter: string | null, counter_name: string | null, aimed_at: string, no_shows: number, person?: Person | null, slip: {style: string, text: string}[]}} Ticket
 * @typedef {{document_type: string, document_number: string, applications: Application[]}} Person
 * @typedef {{number: string, state: string, refusal: string | null, file: "none" | "here" | "gone", taken_by: string | null, taken_at: string | null}} Application  `number` is empty where staff typed the document
 * @typedef {{ticket_id: string, number: string, service: string, attention_class: string, people: number, state: string, arrived_at: string, due_at: string | null, aimed_at: string, no_shows: number, held: string}} Waiting
 * @typedef {{counter: string, name: string, state: string, operator: string | null, since: string | null, pause_reason: string, ticket: string | null, number: string | null, called_at: string | null, services: Record<string, number>}} Place
 * @typedef {{service: string, name: string, series: string, general: number, preferential: number, since: string | null}} Queue
 * @typedef {{id: string, place: string, reason: string, raised_at: string}} Help
 *
 * @typedef {object} State  of /api/v1/console
 * @property {string} site_name
 * @property {string} now
 * @property {number} event_id
 * @property {string} operator
 * @property {number} wait_alarm_min
 * @property {Place[]} counters
 * @property {Place | null} counter
 * @property {{code: string, name: string, series: string}[]} services
 * @property {{code: string, name: string}[]} pools
 * @property {Queue[]} waiting
 * @property {Waiting[]} line
 * @property {{ticket_id: string, number: string, attention_class: string, reason: string} | null} next
 * @property {Ticket | null} current
 * @property {Help[]} help
 *
 * @typedef {"closed" | "paused" | "taken" | "free" | "called" | "serving"} Mode
 * @typedef {{ticket: string, number: string, what: string, until: number}} Undoable
 *
 * @typedef {object} View
 * @property {State} state
 * @property {Mode} mode
 * @property {Undoable | null} undoable
 */

/**
 * How the counter stands for whoever is signed in.
 * @param {State} state
 * @returns {Mode}
 */
export function modeOf({ counter, operator, current }) {
  if (!counter || counter.state === "closed") return "closed";
  if (counter.operator !== operator) return "taken";
  if (counter.state === "paused") return "paused";
  if (!current) return "free";
  return current.state === "called" ? "called" : "serving";
}

/** Put aside until somebody resumes them, or until an hour. @param {State} state */
export function aside(state) {
  return state.line.filter((each) => each.state === "on_hold");
}

/** Open tickets of other counters. @param {State} state */
export function elsewhere(state) {
  return state.counters.filter((each) => each.ticket && each.counter !== state.counter?.counter);
}

/** @type {Record<Mode, string>} */
const AWAY = {
  closed: "La ventanilla está cerrada; ábrala primero (O).",
  paused: "La ventanilla está en pausa; reanude la atención (O).",
  taken: "Otra persona atiende esta ventanilla; tómela primero (O).",
  free: "",
  called: "",
  serving: "",
};

/** @param {View} view */
function needsTicket({ mode }) {
  return AWAY[mode] || (mode === "free" ? "Ningún turno está abierto; llame al siguiente (N)." : "");
}

/** @param {View} view */
function needsCalled({ mode, state }) {
  if (mode === "serving") return `El turno ${state.current?.number} ya está en atención.`;
  return needsTicket({ mode, state, undoable: null });
}

/** @param {View} view */
function needsFree({ mode, state }) {
  if (mode === "called" || mode === "serving") {
    return `Termine primero el turno ${state.current?.number} (F).`;
  }
  return AWAY[mode];
}

/** @type {Record<string, (view: View) => string>} */
const RULES = {
  next: needsFree,
  open: ({ mode }) => (["closed", "paused", "taken"].includes(mode) ? "" : "La ventanilla ya está abierta."),
  start: needsCalled,
  recall: needsCalled,
  noShow: needsCalled,
  finish: needsTicket,
  hold: needsTicket,
  transfer: needsTicket,
  attentionClass: needsTicket,
  cancel: needsTicket,
  print: needsTicket,
  undo: ({ undoable }) =>
    undoable ? "" : "No hay un llamado, ausencia o cierre de hace menos de un minuto que deshacer.",
  direct: needsFree,
  relief: (view) =>
    needsFree(view) || (elsewhere(view.state).length ? "" : "Ninguna otra ventanilla tiene un turno abierto."),
  resume: ({ state }) => (aside(state).length ? "" : "Nadie está en espera aparte."),
  help: ({ state }) => (state.help.length ? "" : "Ningún quiosco pide ayuda."),
};

/**
 * Why `operation` cannot be done now; "" when it can.
 * @param {string} operation
 * @param {View} view
 * @returns {string}
 */
export function refusal(operation, view) {
  return RULES[operation]?.(view) ?? "";
}

/**
 * What the newest event of a counter leaves to take back within the minute.
 * @param {Undoable | null} before
 * @param {string} name
 * @param {any} body
 * @param {string} counter
 * @param {number} now  ms since 1970, by the server's clock
 * @returns {Undoable | null}
 */
export function undoableAfter(before, name, body, counter, now) {
  const what = { "ticket.called": "llamado", "ticket.finished": "cierre", "ticket.no_show": "ausencia" }[name];
  if (what && body.counter === counter) {
    return { ticket: body.ticket, number: body.number, what, until: now + UNDO_MS };
  }
  const changed = name.startsWith("ticket.") && name !== "ticket.recalled" && body.ticket === before?.ticket;
  return changed || name === "day.closed" ? null : before;
}

const UNDO_MS = 60000;
