// @ts-check
// A code that opens the staff menu of one kiosk: asked for here, typed there, good once.

import { read } from "./api.js";
import { element } from "./dom.js";
import { Sheet } from "./sheet.js";

/** @typedef {import("./console_sheets.js").Desk} Desk */

export const LEAD = "En el quiosco, mantenga el dedo 3 segundos sobre las siglas de la institución y escriba el código.";

/** Which kiosk? Then its code. @param {Desk} desk */
export async function kioskCode(desk) {
  const { kiosks } = await read("/api/v1/kiosk-codes");
  const made = new Sheet("Código para el equipo", kiosks.length > 0 ? LEAD : "Este módulo no tiene quioscos registrados.");
  const options = kiosks.map((/** @type {string} */ kiosk) => ({
    label: `Quiosco ${kiosk}`,
    pick: async () => {
      const asked = await desk.send("/api/v1/kiosk-codes", { kiosk });
      show(made, asked, desk.hour(Date.parse(asked.expires_at)));
      return false; // it stays open: the code is told only once
    },
  }));
  made.choices([{ label: "¿Para qué quiosco?", options }]);
  return made.open(made.numbered[0]);
}

/**
 * @param {Sheet} made
 * @param {{kiosk: string, code: string}} asked
 * @param {string} until  "09:05"
 */
export function show(made, { kiosk, code }, until) {
  made.body.querySelector(".kiosk-code")?.remove();
  const words = `Quiosco ${kiosk}: sirve una sola vez, hasta las ${until}.`;
  made.add(
    element(
      "div",
      { class: "kiosk-code", role: "status" },
      element("strong", { class: "stage-number" }, `${code.slice(0, 3)} ${code.slice(3)}`),
      element("p", {}, words),
    ),
  );
}
