// @ts-check
// What must leave the site: whether it moves on, and what of it needs a person.

import { Refused, read } from "./api.js";
import { arrange, byId, element, write } from "./dom.js";
import { ERRANDS, ago, counted, say, whyStopped } from "./words.js";

/**
 * @typedef {{waiting: number, parked: number, unresolved: number, claims: number, oldest: string | null, centre: boolean | null}} Leaving
 * @typedef {{id: number, kind: string, number: string | null, reason: string, since: string, attempts: number}} Errand
 * @typedef {{item: HTMLElement, more: HTMLElement}} Row
 */

export class Errands {
  /** @param {(errand: Errand) => void} takeUp */
  constructor(takeUp) {
    this.takeUp = takeUp;
    /** @type {Errand[]} */
    this.parked = [];
    /** @type {Map<number, Row>} */
    this.rows = new Map();
  }

  /** Read what is parked, if anything is. @param {Leaving} leaving */
  async read({ parked }) {
    try {
      this.parked = parked > 0 ? (await read("/api/v1/errands/parked")).errands : [];
    } catch (error) {
      if (!(error instanceof Refused)) throw error; // the page says itself that the line is lost
    }
  }

  /** @param {Leaving} leaving @param {number} now */
  show(leaving, now) {
    const centre = byId("centre");
    centre.dataset.up = String(leaving.centre);
    write(centre, centreWords(leaving.centre));
    write(byId("leaving"), waitingWords(leaving, now));
    write(byId("money-link"), moneyWords(leaving));
    byId("money").dataset.now = String(leaving.unresolved > 0);
    arrange(byId("errands"), this.parked.map((each) => this.row(each, now)));
    const none = this.parked.length === 0;
    write(byId("stopped"), none ? "nada está detenido" : `▲ ${counted(this.parked.length, "envío detenido", "envíos detenidos")}`);
    byId("leaving-section").dataset.stopped = String(!none);
    for (const id of this.rows.keys()) {
      if (!this.parked.some((each) => each.id === id)) this.rows.delete(id);
    }
  }

  /** @param {Errand} errand @param {number} now */
  row(errand, now) {
    const row = this.rows.get(errand.id) ?? this.newRow(errand);
    this.rows.set(errand.id, row);
    const tried = counted(errand.attempts, "intento", "intentos");
    write(row.more, `Desde ${ago((now - Date.parse(errand.since)) / 1000)} · ${tried} · ${whyStopped(errand.reason)}`);
    return row.item;
  }

  /** @param {Errand} errand */
  newRow(errand) {
    const what = say(ERRANDS, errand.kind);
    const about = errand.number ? `solicitud ${errand.number}` : "sin solicitud conocida";
    const more = element("p", { class: "errand-more" });
    const words = element("div", {}, element("p", { class: "errand-what" }, `${what} · `, element("strong", {}, about)), more);
    const button = element("button", { type: "button", class: "errand-again", "aria-label": `Intentar otra vez: ${what}, ${about}` }, "Intentar otra vez");
    button.addEventListener("click", () => this.takeUp(errand));
    return { item: element("li", { class: "errand", "data-errand": String(errand.id) }, words, button), more };
  }
}

/** @param {boolean | null} up */
function centreWords(up) {
  if (up === null) return "Este módulo no tiene central";
  return up ? "La central responde" : "▲ La central no responde; lo vendido espera";
}

/** @param {Leaving} leaving */
function moneyWords({ unresolved, claims }) {
  const now = unresolved === 0 ? "Ningún pago por resolver" : `▲ ${counted(unresolved, "pago", "pagos")} por resolver`;
  return claims === 0 ? now : `${now} · ${counted(claims, "reclamo en espera", "reclamos en espera")}`;
}

/** @param {Leaving} leaving @param {number} now */
function waitingWords({ waiting, oldest }, now) {
  if (waiting === 0) return "Nada espera por salir";
  const since = oldest ? `; lo más antiguo, ${ago(Math.max(0, now - Date.parse(oldest)) / 1000)}` : "";
  return counted(waiting, "envío espera", "envíos esperan") + since;
}
