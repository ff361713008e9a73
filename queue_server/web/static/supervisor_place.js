// @ts-check
// One counter as its supervisor sees it: who sits there, what is open, and what it serves.

import { element, write } from "./dom.js";
import { select } from "./sheet.js";
import { COUNTER_STATES, lasting, running, say } from "./words.js";

/** @typedef {import("./console_state.js").Place} Place */

const WEIGHTS = Array.from({ length: 9 }, (_, index) => String(index + 1));

export class PlaceCard {
  /**
   * @param {Place} place
   * @param {{code: string, name: string, series: string}[]} services
   * @param {(place: Place, services: Record<string, number>) => void} move  everything it serves
   */
  constructor(place, services, move) {
    this.place = place;
    this.move = move;
    this.state = element("p", { class: "place-state" });
    this.open = element("p", { class: "place-ticket" });
    this.serves = services.map((each) => this.service(each));
    this.item = element(
      "article",
      { class: "place", "data-counter": place.counter },
      element("h3", {}, place.name),
      this.state,
      this.open,
      element("ul", { class: "serves", "aria-label": `Servicios de ${place.name}` }, ...this.serves.map((each) => each.item)),
    );
  }

  /** @param {{code: string, name: string, series: string}} service */
  service({ code, name, series }) {
    const box = /** @type {HTMLInputElement} */ (element("input", { type: "checkbox" }));
    const weight = select(WEIGHTS.map((each) => [each, `×${each}`]), "1");
    weight.setAttribute("aria-label", `Peso de ${name}`);
    weight.title = "Cuántas veces cuenta un minuto de espera";
    box.addEventListener("change", () => {
      const { [code]: _, ...others } = this.place.services;
      this.move(this.place, box.checked ? { ...others, [code]: Number(weight.value) } : others);
    });
    weight.addEventListener("change", () => this.move(this.place, { ...this.place.services, [code]: Number(weight.value) }));
    const words = element("span", { class: "serves-name" }, name);
    const label = element("label", {}, box, element("span", { class: "series" }, series), words);
    return { code, box, weight, item: element("li", { "data-service": code }, label, weight) };
  }

  /**
   * @param {Place} place
   * @param {number} now
   */
  show(place, now) {
    this.place = place;
    this.item.dataset.state = place.state;
    const since = place.since ? ` · ${lasting(now - Date.parse(place.since))}` : "";
    const why = place.pause_reason ? ` (${place.pause_reason})` : "";
    const who = place.operator ? ` · ${place.operator}` : "";
    write(this.state, `${say(COUNTER_STATES, place.state)}${why}${who}${place.state === "closed" ? "" : since}`);
    const lasts = place.called_at ? running(now - Date.parse(place.called_at)) : "";
    write(this.open, place.number ? `${place.number} · ${lasts}` : "Sin turno abierto");
    this.open.dataset.free = String(!place.number);
    for (const { code, box, weight, item } of this.serves) {
      const serves = place.services[code];
      box.checked = serves !== undefined;
      weight.hidden = serves === undefined;
      if (serves !== undefined && document.activeElement !== weight) weight.value = String(serves);
      item.dataset.serves = String(serves !== undefined);
    }
  }
}
