// @ts-check
// Requests to our own server: readings, and orders that are carried out exactly once.

import { proven } from "./prove.js";

const DEADLINE_MS = 6000;
const PAUSES_MS = [250, 500, 1000, 2000, 4000, 4000, 4000];

/** A refusal as a sentence for the person at the page. */
export class Refused extends Error {
  /**
   * @param {string} kind
   * @param {string} detail
   * @param {Record<string, any>} [members]  further members of the problem (RFC 9457 §3.2)
   */
  constructor(kind, detail, members = {}) {
    super(detail);
    this.kind = kind;
    this.members = members;
  }
}

/**
 * The JSON at `path`. Throws Refused; a lost connection is the kind `unreachable`.
 * @param {string} path
 * @returns {Promise<any>}
 */
export async function read(path) {
  const response = await send(path, {});
  if (!response) throw new Refused("unreachable", "Sin conexión con el servidor.");
  return answer(response);
}

/**
 * POST to `path` under one idempotency key, sent again with the same key while the outcome is
 * unknown: a lost reply never becomes a second call. Throws Refused.
 * @param {string} path
 * @param {() => void} onRetry
 * @param {any} [body]  sent as JSON; undefined: no body
 * @param {string} [key]  of an order whose outcome is still unknown; otherwise a fresh one
 * @returns {Promise<any>}
 */
export async function order(path, onRetry, body, key = newKey()) {
  const options = posted(body, key);
  for (const pause of [...PAUSES_MS, null]) {
    const response = await proven(() => send(path, options));
    if (response && response.status !== 503) return answer(response);
    if (pause === null) break;
    onRetry();
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  throw new Refused("unreachable", "El servidor no responde. Espere un momento e inténtelo otra vez.");
}

/**
 * @param {any} body
 * @param {string} key
 * @returns {RequestInit}
 */
function posted(body, key) {
  const headers = { "Idempotency-Key": key };
  if (body === undefined) return { method: "POST", headers };
  return {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
}

/**
 * @param {string} path
 * @param {RequestInit} options
 * @returns {Promise<Response | null>} null when no answer came
 */
async function send(path, options) {
  try {
    return await fetch(path, { ...options, signal: AbortSignal.timeout(DEADLINE_MS) });
  } catch {
    return null;
  }
}

/**
 * @param {Response} response
 * @returns {Promise<any>}
 */
async function answer(response) {
  if (response.status === 401) {
    const here = encodeURIComponent(location.pathname + location.search);
    location.assign(`/sign-in?after=${here}`);
    throw new Refused("signed_out", "Su sesión terminó; ingrese otra vez.");
  }
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  throw new Refused(body.title ?? "http", body.detail ?? "El servidor no pudo atender el pedido.", body);
}

/**
 * A random UUID (RFC 9562, version 4). `crypto.randomUUID` exists in secure contexts only, and a
 * module's LAN may speak plain HTTP.
 * @returns {string}
 */
export function newKey() {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
