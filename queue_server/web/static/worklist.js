// @ts-check
// What pages of work share: a state kept true, orders sent once, and words for whoever waits.

import { Refused } from "./api.js";
import { showConnection } from "./connection.js";
import { Orders } from "./console_orders.js";
import { live } from "./live.js";

/**
 * @typedef {object} WorklistOptions
 * @property {HTMLElement} page  says whether it is connected, and busy
 * @property {string} path  of the state
 * @property {Intl.DateTimeFormat} exactly  how an instant is written
 * @property {(words: string, mood: string) => void} tell
 * @property {(read: any) => void} take  keep a state
 * @property {() => void} draw
 *
 * @typedef {object} Worklist
 * @property {import("./live.js").Live} server
 * @property {Orders} orders
 * @property {(path: string, body?: object) => Promise<any>} send  an order; refused while unconnected
 */

/**
 * @param {WorklistOptions} options
 * @returns {Worklist}
 */
export function worklist({ page, path, exactly, tell, take, draw }) {
  const server = live({
    path: () => path,
    show: (read) => {
      take(read);
      orders.settle();
      draw();
      document.body.dataset.ready = "true";
    },
    onEvent: () => {},
    onConnection: (connected, since) => {
      showConnection(connected, since, (instant) => exactly.format(instant));
      page.dataset.connected = String(connected);
    },
    onRefusal: (problem) => tell(problem.message, "bad"),
  });
  const orders = new Orders({
    refresh: () => server.refresh(),
    changed: () => page.setAttribute("aria-busy", String(orders.busy)),
    retrying: () => tell("Sin respuesta del servidor; se repite el mismo pedido…", "bad"),
  });
  return {
    server,
    orders,
    send: (path, body) => {
      if (!server.connected()) throw new Refused("unreachable", "Sin conexión con el servidor: espere a que vuelva.");
      return orders.send(path, body);
    },
  };
}
