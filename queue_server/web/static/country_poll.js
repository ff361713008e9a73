// @ts-check
// Asks again every few seconds; while nothing changed the answer is a line. Says when it is away.

import { Refused, read } from "./api.js";
import { byId, write } from "./dom.js";

const EVERY_MS = 5000;

/**
 * @param {string} path
 * @param {string} name  of the part of the answer that is null while nothing changed
 * @param {(found: any, now: number) => void} show  called at every answer, with what is held
 * @param {(at: number) => string} clock
 * @returns {Promise<void>}  once the first answer is there
 */
export async function poll(path, name, show, clock) {
  let version = "";
  /** @type {any} */
  let held = null;
  let now = 0;
  async function ask() {
    try {
      const answer = await read(`${path}?after=${version}`);
      version = answer.version;
      held = answer[name] ?? held;
      now = Date.parse(answer.now);
      byId("offline").hidden = true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const banner = byId("offline");
      write(banner, now ? `Sin conexión con el centro. Lo que ve es de las ${clock(now)}. Reintentando…` : "Sin conexión con el centro. Reintentando…");
      banner.hidden = false;
      return;
    }
    if (held !== null) show(held, now);
  }
  async function again() {
    await ask();
    setTimeout(() => void again(), EVERY_MS);
  }
  await again();
  for (const change of ["online", "offline"]) window.addEventListener(change, () => void ask());
}
