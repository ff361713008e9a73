// @ts-check
// Kiosks that nobody knows yet: each shows eight digits, a person types them in its row.

import { Refused, order, read } from "./api.js";
import { arrange, byId, element, write } from "./dom.js";

const REFRESH_MS = 2000;
const PAIRINGS = "/api/v1/pairings";

/**
 * @typedef {{id: string, kiosk: string, address: string, state: string, created_at: string, expires_at: string, tries_left: number, known: boolean}} Pairing
 */

const ofSites = byId("pairing").dataset.of === "site";
/** At the centre it is sites that are let in. */
const WHAT = ofSites ? "módulo" : "quiosco";
const OTHER_ENDS = ofSites ? "el otro dejará de informar" : "el otro dejará de atender";
const OUT = ofSites ? "El centro deja de recibir sus datos ahora mismo; el módulo sigue atendiendo." : "Dejará de atender ahora mismo.";
const AFTER = ofSites ? "quedó fuera; se inscribe otra vez desde su servidor." : "quedó fuera; mostrará un código nuevo.";

/** One row a pairing, kept while it is shown: what was typed stays. @type {Map<string, Row>} */
const rows = new Map();

class Row {
  /** @param {Pairing} pairing */
  constructor(pairing) {
    this.kiosk = pairing.kiosk;
    this.input = /** @type {HTMLInputElement} */ (
      element("input", { inputmode: "numeric", autocomplete: "off", maxlength: "9", pattern: "[0-9]{4} ?[0-9]{4}", required: "", title: "Son ocho cifras." })
    );
    this.button = element("button", { type: "submit" }, "Autorizar");
    this.form = element("form", { class: "pairing-form" }, element("label", {}, `Código que muestra ${pairing.kiosk}`, this.input), this.button);
    this.known = element("p", { class: "pairing-known", hidden: "" }, `! Ya hay un ${WHAT} ${pairing.kiosk} autorizado. Si autoriza este, ${OTHER_ENDS}.`);
    this.how = element("p", { class: "pairing-how", role: "status", "aria-live": "polite" });
    const from = element("span", { class: "pairing-from" }, `Pide desde ${pairing.address}`);
    this.element = element("li", { class: "pairing", "data-kiosk": pairing.kiosk }, element("div", {}, element("strong", { class: "pairing-name" }, pairing.kiosk), element("br"), from), this.form, this.known, this.how);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.type(pairing.id);
    });
  }

  /** @param {string} id */
  async type(id) {
    this.button.setAttribute("disabled", "");
    write(this.how, "Enviando el código…");
    try {
      await order(`${PAIRINGS}/${id}/code`, () => {}, { code: this.input.value.replace(/\D/g, "") });
      this.input.value = "";
      write(this.how, `El ${WHAT} comprueba el código…`);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      write(this.how, error.message);
    } finally {
      this.button.removeAttribute("disabled");
    }
    await refresh();
  }

  /** @param {Pairing} pairing */
  show(pairing) {
    const open = pairing.state === "waiting" || pairing.state === "answered";
    this.element.dataset.state = pairing.state;
    this.form.hidden = !open;
    this.known.hidden = !(open && pairing.known);
    const said = words(pairing);
    if (said) write(this.how, said);
  }
}

/** @param {Pairing} pairing */
function words(pairing) {
  if (pairing.state === "paired") return `✓ El ${WHAT} ${pairing.kiosk} quedó autorizado.`;
  if (pairing.state === "closed") return `✕ Cinco códigos equivocados. El ${WHAT} mostrará otro en unos segundos.`;
  if (pairing.state === "answered") return `El ${WHAT} comprueba el código…`;
  if (pairing.tries_left < 5) return `✕ Ese no es el código que muestra este ${WHAT}, o algo se interpone en la red. Quedan ${pairing.tries_left} intentos.`;
  return "";
}

async function refresh() {
  /** @type {{pairings: Pairing[], paired: string[]}} */
  const found = await read(PAIRINGS);
  const ids = new Set(found.pairings.map((each) => each.id));
  for (const id of [...rows.keys()]) if (!ids.has(id)) rows.delete(id);
  for (const pairing of found.pairings) {
    const row = rows.get(pairing.id) ?? new Row(pairing);
    rows.set(pairing.id, row);
    row.show(pairing);
  }
  arrange(byId("pairings"), found.pairings.map((each) => /** @type {Row} */ (rows.get(each.id)).element));
  byId("pairings-none").hidden = found.pairings.length > 0;
  showPaired(found.paired);
}

/** What the list of paired kiosks was made of. */
let shown = "";

/** @param {string[]} paired */
function showPaired(paired) {
  byId("paired").hidden = paired.length === 0;
  if (shown === paired.join()) return;
  shown = paired.join();
  byId("paired-list").replaceChildren(
    ...paired.map((kiosk) => {
      const away = element("button", { type: "button", "aria-label": `Retirar la autorización de ${kiosk}` }, "Retirar");
      away.addEventListener("click", () => void revoke(kiosk));
      return element("li", { "data-kiosk": kiosk }, element("strong", {}, kiosk), away);
    }),
  );
}

/** @param {string} kiosk */
async function revoke(kiosk) {
  if (!window.confirm(`¿Retirar la autorización del ${WHAT} ${kiosk}? ${OUT}`)) return;
  try {
    await order(`/api/v1/kiosks/${encodeURIComponent(kiosk)}/revoke`, () => {});
    write(byId("pairings-note"), `El ${WHAT} ${kiosk} ${AFTER}`);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    write(byId("pairings-note"), error.message);
  }
  await refresh();
}

async function keepFresh() {
  try {
    await refresh();
  } catch (error) {
    if (!(error instanceof Refused)) throw error; // the page says by itself that the server is away
  }
  setTimeout(keepFresh, REFRESH_MS);
}

void keepFresh();
