// @ts-check
// Says that the connection is lost, since when, and that it is back.

import { byId, write } from "./dom.js";

const SAID_MS = 4000;

/**
 * @param {boolean} connected
 * @param {number} since  of the last state, ms since 1970 by the server's clock
 * @param {(instant: number) => string} hour
 */
export function showConnection(connected, since, hour) {
  const banner = byId("connection");
  banner.dataset.connected = String(connected);
  banner.hidden = false;
  const lost = `Sin conexión con el servidor. Lo que ve es de las ${hour(since)}; se pone al día solo, no recargue la página.`;
  write(byId("connection-words"), connected ? "Conexión recuperada: todo está al día." : lost);
  clearTimeout(hiding);
  if (connected) hiding = window.setTimeout(() => (banner.hidden = true), SAID_MS);
}

let hiding = 0;
