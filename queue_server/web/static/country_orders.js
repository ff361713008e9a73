// @ts-check
// What kiosks of a site were told from the centre: it waits until the site connects.

import { Refused, order, read } from "./api.js";
import { arrange, byId, element, write } from "./dom.js";
import { ACTION_NAMES } from "./monitor_actions.js";
import { mark } from "./monitor_marks.js";
import { say } from "./words.js";

/**
 * @typedef {{id: string, kiosk: string, kind: string, arguments: Record<string, any>, state: string, detail: string, ordered_by: string, ordered_at: string, valid_until: string}} Order
 */

/** @type {Record<string, string>} */
const STATES = {
  waiting: "espera a que el módulo se conecte",
  relayed: "el módulo la tomó y se la dio al quiosco",
  done: "hecha",
  failed: "falló",
  refused: "no se aceptó",
  expired: "venció sin hacerse",
  cancelled: "cancelada",
};

/** @type {Record<string, string>} */
const MOODS = { done: "fine", failed: "broken", refused: "broken", expired: "warning" };

/** @type {Record<string, string>} */
const REASONS = { cleaning: "limpieza", repair: "reparación", supplies: "reposición" };

export class Orders {
  /**
   * @param {string} site
   * @param {boolean} may  cancel what waits
   * @param {(at: number, now: number) => string} when
   */
  constructor(site, may, when) {
    this.path = `/api/v1/hub/sites/${encodeURIComponent(site)}/orders`;
    this.may = may;
    this.when = when;
    /** @type {Map<string, {made: string, row: HTMLElement}>} */
    this.rows = new Map();
  }

  async refresh() {
    /** @type {{now: string, orders: Order[]}} */
    const found = await read(this.path);
    const now = Date.parse(found.now);
    const rows = found.orders.map((each) => this.rowOf(each, now));
    arrange(byId("orders"), rows.length > 0 ? rows : [element("li", { class: "none" }, "Ninguna todavía.")]);
  }

  /**
   * @param {Order} each
   * @param {number} now
   */
  rowOf(each, now) {
    const made = JSON.stringify(each);
    const before = this.rows.get(each.id);
    if (before?.made === made) return before.row;
    const row = this.row(each, now);
    this.rows.set(each.id, { made, row });
    return row;
  }

  /**
   * @param {Order} each
   * @param {number} now
   */
  row(each, now) {
    const waits = each.state === "waiting";
    const until = this.when(Date.parse(each.valid_until), now);
    const mood = MOODS[each.state] ?? "unknown";
    const made = element(
      "li",
      { "data-order": each.id, "data-state": each.state, "data-mood": mood },
      element("div", { class: "alert-head" }, stateMark(mood, `${say(ACTION_NAMES, each.kind)}: ${say(STATES, each.state)}`), element("span", { class: "alert-where" }, each.kiosk)),
      element("p", { class: "alert-times" }, `${each.ordered_by}, ${this.when(Date.parse(each.ordered_at), now)}${details(each)}`),
      waits ? element("p", { class: "alert-detail" }, `Se hará cuando el módulo se conecte, a más tardar ${until}.`) : null,
      each.detail ? element("p", { class: "alert-detail" }, each.detail) : null,
    );
    if (waits && this.may) made.append(this.cancelButton(each));
    return made;
  }

  /** @param {Order} each */
  cancelButton(each) {
    const button = /** @type {HTMLButtonElement} */ (element("button", { type: "button", class: "card-code", "aria-label": `Cancelar: ${say(ACTION_NAMES, each.kind)}, ${each.kiosk}` }, "Cancelar"));
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        await order(`${this.path}/${each.id}/cancel`, () => {});
        write(byId("orders-note"), "");
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        write(byId("orders-note"), error.message);
        button.disabled = false;
      }
      await this.refresh();
    });
    return button;
  }
}

/** What is still open is no question: it has a sign of its own. @param {string} mood @param {string} words */
function stateMark(mood, words) {
  const made = mark(mood, words);
  if (mood === "unknown") write(/** @type {Element} */ (made.querySelector(".mark-shape")), "…");
  return made;
}

/** @param {Order} each */
function details({ arguments: given }) {
  if (given.device) return ` · ${given.device}`;
  if (given.reason) return ` · por ${say(REASONS, given.reason)}`;
  if (given.changes) return ` · ${Object.entries(given.changes).map(([key, value]) => `${key} = ${value ?? "lo que dice su archivo"}`).join(", ")}`;
  return "";
}
