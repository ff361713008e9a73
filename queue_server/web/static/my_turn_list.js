// @ts-check
// The turns this phone knows, each asked for by its own link.

import { Refused, read } from "./api.js";
import { byId, element } from "./dom.js";
import { forget, remembered } from "./my_turn_memory.js";

/** @type {Record<string, string>} */
const STATES = {
  waiting: "En espera",
  transferred: "En espera",
  on_hold: "En pausa",
  called: "¡Lo llaman!",
  serving: "En atención",
  finished: "Terminado",
  no_show: "No se presentó",
  cancelled: "Cancelado",
  expired: "Vencido",
};

/**
 * @param {string} token
 * @returns {Promise<HTMLElement | null>} null when the turn is gone; it is then forgotten
 */
async function row(token) {
  try {
    const turn = await read(`/api/v1/my-turn/${token}`);
    const where = turn.state === "called" && turn.counter_name ? ` ${turn.counter_name}` : "";
    return item(token, turn.number, turn.service_name, `${STATES[turn.state] ?? turn.state}${where}`, turn.state);
  } catch (error) {
    if (error instanceof Refused && error.kind === "unknown_turn") {
      forget([token]);
      return null;
    }
    return item(token, "Turno", "Sin conexión por ahora", "Abrir", "");
  }
}

/**
 * @param {string} token
 * @param {string} number
 * @param {string} service
 * @param {string} state
 * @param {string} word
 */
function item(token, number, service, state, word) {
  return element("li", {},
    element("a", { class: "known-turn", href: `/t/${token}`, "data-state": word },
      element("strong", { class: "known-number" }, number),
      element("span", { class: "known-service" }, service),
      element("span", { class: "known-state" }, state)));
}

async function show() {
  const tokens = remembered();
  const rows = (await Promise.all(tokens.map(row))).filter((each) => each !== null);
  byId("known").replaceChildren(...rows);
  const none = byId("none");
  none.hidden = rows.length > 0;
  none.textContent = "Este teléfono no recuerda ningún turno. Escanee el código QR de su ticket.";
  byId("forget").hidden = rows.length === 0;
  document.body.dataset.ready = "true";
}

byId("forget").addEventListener("click", () => {
  forget(remembered());
  void show();
});
void show();
