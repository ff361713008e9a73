// @ts-check
// The code of a kiosk's staff menu, asked for at the monitor: told once, typed at the kiosk.

import { order } from "./api.js";
import { LEAD, show } from "./console_kiosk_codes.js";
import { element } from "./dom.js";
import { Sheet } from "./sheet.js";

/**
 * The button of one kiosk's card.
 * @param {string} kiosk
 * @param {(instant: string) => string} hour  "09:05"
 */
export function codeButton(kiosk, hour) {
  const words = { "aria-label": `Pedir código para el quiosco ${kiosk}`, "data-code-for": kiosk };
  const button = element("button", { type: "button", class: "card-code", ...words }, "Pedir código");
  button.addEventListener("click", () => ask(kiosk, hour));
  return button;
}

/**
 * Asked first, made then: a code voids the one before it.
 * @param {string} kiosk
 * @param {(instant: string) => string} hour
 */
function ask(kiosk, hour) {
  const made = new Sheet(`Código para el quiosco ${kiosk}`, LEAD);
  const pick = async () => {
    const asked = await order("/api/v1/kiosk-codes", () => {}, { kiosk });
    show(made, asked, hour(asked.expires_at));
    return false; // it stays open: the code is told only once
  };
  made.choices([{ label: "Queda registrado con su nombre", options: [{ label: "Pedir un código nuevo", note: "El anterior deja de servir.", pick }] }]);
  made.dialog.addEventListener("close", () => buttonOf(kiosk)?.focus());
  made.open(made.numbered[0]);
}

/** @param {string} kiosk @returns {HTMLElement | null} */
function buttonOf(kiosk) {
  return document.querySelector(`[data-code-for="${CSS.escape(kiosk)}"]`);
}

/**
 * The cards are made anew while one looks; the button that had the focus has it again.
 * @param {() => void} remake
 */
export function keepingFocus(remake) {
  const kiosk = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.codeFor : undefined;
  remake();
  if (kiosk) buttonOf(kiosk)?.focus();
}
