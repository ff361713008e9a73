// @ts-check
// Somebody at a kiosk needs a person: said above everything until somebody goes.

import { arrange, byId, element, write } from "./dom.js";
import { key } from "./sheet.js";
import { ago } from "./words.js";

/** @typedef {import("./console_state.js").Help} Help */

export class HelpCalls {
  /** @param {(call: Help) => void} go */
  constructor(go) {
    this.go = go;
    /** @type {Map<string, {item: HTMLElement, since: HTMLElement}>} */
    this.rows = new Map();
  }

  /**
   * @param {Help[]} calls  oldest first
   * @param {number} now
   */
  show(calls, now) {
    byId("help").hidden = calls.length === 0;
    arrange(byId("help-calls"), calls.map((call) => this.row(call, now)));
    for (const id of this.rows.keys()) {
      if (!calls.some((each) => each.id === id)) this.rows.delete(id);
    }
  }

  /** @param {Help} call @param {number} now */
  row(call, now) {
    const row = this.rows.get(call.id) ?? this.newRow(call);
    this.rows.set(call.id, row);
    write(row.since, ago(Math.max(0, now - Date.parse(call.raised_at)) / 1000));
    return row.item;
  }

  /** @param {Help} call */
  newRow(call) {
    const since = element("span", { class: "help-since" });
    const button = element(
      "button",
      { type: "button", class: "help-go", "aria-label": `Voy yo a ${call.place}` },
      "Voy yo ",
      key("H"),
    );
    button.addEventListener("click", () => this.go(call));
    const why = call.reason === "ayuda" ? "" : ` (${call.reason})`;
    const words = element("strong", {}, `${call.place} pide ayuda${why}`);
    return { item: element("li", { class: "help-call", "data-place": call.place }, words, since, button), since };
  }
}
