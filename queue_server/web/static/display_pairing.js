// @ts-check
// A display nobody has admitted yet shows its code until a supervisor approves it.

import { byId } from "./dom.js";

const ASK_MS = 2000;
const DEADLINE_MS = 5000;
const REQUEST = "/api/v1/displays/request";

/**
 * @typedef {{state: "pending" | "approved" | "expired", code?: string | null}} Request
 */

/** Ends when the display was admitted; its credential is the cookie that came with the code. */
export async function admitted() {
  byId("pairing").hidden = false;
  for (;;) {
    const request = await follow();
    if (request?.state === "approved") break;
    if (request?.code) byId("pairing-code").textContent = spaced(request.code);
    await new Promise((resolve) => setTimeout(resolve, ASK_MS));
  }
  byId("pairing").hidden = true;
}

/** How the request stands; a new one when there is none or its ten minutes are over. */
async function follow() {
  const request = await ask("GET");
  return request?.state === "expired" ? ask("POST") : request;
}

/**
 * @param {"GET" | "POST"} method
 * @returns {Promise<Request | null>}
 */
async function ask(method) {
  const response = await fetch(REQUEST, {
    method,
    cache: "no-store",
    signal: AbortSignal.timeout(DEADLINE_MS),
  }).catch(() => null);
  const body = await response?.json().catch(() => null);
  byId("pairing-trouble").hidden = response?.ok ?? false;
  byId("pairing-trouble").textContent = body?.detail ?? "Sin conexión con el servidor. Reintentando…";
  return response?.ok ? body : null;
}

/**
 * "482913" as "482 913": read aloud over the telephone in two breaths.
 * @param {string} code
 */
function spaced(code) {
  return code.replace(/^(\d{3})(\d{3})$/, "$1 $2");
}
