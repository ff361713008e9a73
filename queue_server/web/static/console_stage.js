// @ts-check
// The counter's own side: whom it serves, the big button, and what else can be done now.

import { byId, element } from "./dom.js";
import { refusal } from "./console_state.js";
import {
  APPLICATIONS,
  ATTENTION_REASONS,
  CLASSES,
  COUNTER_STATES,
  DOCUMENT_TYPES,
  REFUSALS,
  counted,
  lasting,
  running,
  say,
} from "./words.js";

/**
 * @typedef {import("./console_state.js").View} View
 * @typedef {import("./console_state.js").Mode} Mode
 * @typedef {import("./console_state.js").Ticket} Ticket
 */

/** The one big button, by how the counter stands. @type {Record<Mode, {operation: string, label: string, key: string}>} */
export const PRIMARY = {
  closed: { operation: "open", label: "Abrir ventanilla", key: "O" },
  paused: { operation: "open", label: "Reanudar atención", key: "O" },
  taken: { operation: "open", label: "Tomar la ventanilla", key: "O" },
  free: { operation: "next", label: "Llamar siguiente", key: "N" },
  called: { operation: "start", label: "Atender", key: "A" },
  serving: { operation: "finish", label: "Finalizar", key: "F" },
};

/**
 * @param {View} view
 * @param {{busy: boolean, connected: boolean, now: number, hour: (instant: number) => string}} moment
 */
export function showStage(view, moment) {
  const { state, mode } = view;
  byId("desk").dataset.mode = mode;
  byId("counter-name").textContent = state.counter?.name ?? "";
  showCounterState(view);
  const ticket = mode === "taken" ? null : state.current;
  byId("current").textContent = ticket?.number ?? "";
  const tag = byId("current-class");
  tag.hidden = ticket === null;
  tag.textContent = ticket ? say(CLASSES, ticket.attention_class) : "";
  tag.dataset.class = ticket?.attention_class ?? "";
  byId("stage-label").textContent = label(view);
  byId("stage-more").textContent = ticket ? ticket.service_name : more(view);
  byId("facts").replaceChildren(...(ticket ? facts(ticket, view, moment.hour) : []));
  showTimer(view, moment.now);
  showButtons(view, moment);
}

/** @param {View} view */
function showCounterState({ state, mode }) {
  const chip = byId("counter-state");
  const paused = state.counter?.state === "paused" ? `: ${state.counter.pause_reason}` : "";
  chip.dataset.state = state.counter?.state ?? "closed";
  const operator = mode === "taken" ? ` · ${state.counter?.operator}` : "";
  chip.textContent = say(COUNTER_STATES, state.counter?.state ?? "closed") + paused + operator;
}

/** @param {View} view */
function label({ state, mode }) {
  return {
    closed: "Ventanilla cerrada",
    paused: "En pausa",
    taken: `La atiende ${state.counter?.operator}`,
    free: "Ventanilla libre",
    called: "Llamado",
    serving: "En atención",
  }[mode];
}

/** @param {View} view */
function more({ state, mode }) {
  if (mode === "taken") return state.counter?.number ? `Tiene abierto el turno ${state.counter.number}.` : "";
  if (!state.next) return "Nadie espera para esta ventanilla.";
  return "";
}

/**
 * @param {Ticket} ticket
 * @param {View} view
 * @param {(instant: number) => string} hour
 */
function facts(ticket, { state }, hour) {
  const arrived = Date.parse(ticket.arrived_at);
  const waited = Date.parse(ticket.called_at ?? state.now) - arrived;
  const then = ticket.then.map((code) => state.services.find((each) => each.code === code)?.name ?? code);
  return [
    ...fact("Esperó", `${lasting(waited)} · llegó a las ${hour(arrived)}`),
    ...(ticket.attention_reason ? fact("Motivo", say(ATTENTION_REASONS, ticket.attention_reason)) : []),
    ...(ticket.people > 1 ? fact("Vienen", counted(ticket.people, "persona", "personas")) : []),
    ...(ticket.needs ? fact("Necesita", ticket.needs) : []),
    ...person(ticket),
    ...(then.length > 0 ? fact("Después", then.join(", ")) : []),
  ];
}

/** @param {Ticket} ticket */
function person({ person: who }) {
  if (!who) return fact("Documento", "No se mostró al sacar el turno");
  const type = say(DOCUMENT_TYPES, who.document_type);
  const applications = who.applications.slice(0, 2).map((each) =>
    element(
      "span",
      { class: "application", "data-state": each.state },
      element("strong", {}, each.number),
      ` ${standing(each)}`,
    ),
  );
  return [
    ...fact("Documento", element("span", { id: "document" }, `${type} ${who.document_number}`)),
    ...fact("Solicitud", ...(applications.length > 0 ? applications : ["Ninguna en los últimos 90 días"])),
  ];
}

/** @param {import("./console_state.js").Application} application */
function standing({ state, refusal, file, taken_by }) {
  const words = say(APPLICATIONS, state);
  if (refusal) return `${words}: ${say(REFUSALS, refusal)}`;
  if (file === "gone") return `${words}; el archivo ya se borró`;
  return taken_by ? `${words}; entregado en ventanilla por ${taken_by}` : words;
}

/**
 * @param {string} term
 * @param {...(string | Node)} values
 */
function fact(term, ...values) {
  return [element("dt", {}, term), element("dd", {}, ...values)];
}

/**
 * How long the call or the pause lasts.
 * @param {View} view
 * @param {number} now
 */
export function showTimer({ state, mode }, now) {
  const from = {
    called: state.current?.called_at,
    serving: state.current?.called_at,
    paused: state.counter?.since,
    taken: state.counter?.since,
  }[/** @type {string} */ (mode)];
  byId("timer").textContent = from ? running(now - Date.parse(from)) : "";
}

/**
 * @param {View} view
 * @param {{busy: boolean, connected: boolean}} moment
 */
function showButtons(view, { busy, connected }) {
  const primary = PRIMARY[view.mode];
  const big = byId("primary");
  big.dataset.operation = primary.operation;
  big.setAttribute("aria-keyshortcuts", primary.key);
  byId("primary-label").textContent = primary.label;
  byId("primary-key").textContent = primary.key;
  byId("desk").setAttribute("aria-busy", String(busy));
  byId("next-number").textContent = view.state.next?.number ?? "—";
  byId("next-reason").textContent = view.state.next?.reason ?? "nadie espera aquí";
  byId("next-tag").hidden = view.state.next?.attention_class !== "preferential";
  byId("undo-note").textContent = view.undoable ? `${view.undoable.what} ${view.undoable.number}` : "";
  for (const button of document.querySelectorAll("button[data-operation]")) {
    const operation = /** @type {HTMLElement} */ (button).dataset.operation ?? "";
    const off = busy || !connected || refusal(operation, view) !== "";
    button.setAttribute("aria-disabled", String(off));
  }
}
