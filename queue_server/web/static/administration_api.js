// @ts-check
// Changes to the site: each under one key, made on the version that the page shows.

import { Refused, newKey, order, read } from "./api.js";
import { proven } from "./prove.js";

const DEADLINE_MS = 6000;
const PAUSES_MS = [300, 700, 1500, 3000];

/**
 * The configuration as the page last read it.
 * @type {any}
 */
export let site = null;

/** Read the configuration anew. Throws Refused. */
export async function load() {
  site = await read("/api/v1/admin/configuration");
  return site;
}

/**
 * Change something of the site; the same key is sent again while the outcome is unknown.
 * @param {string} path  below /api/v1/admin/
 * @param {any} body  without the version
 */
export function put(path, body) {
  return send("PUT", path, { ...body, version: site.version });
}

/**
 * Remove something of the site.
 * @param {string} path  below /api/v1/admin/
 */
export function remove(path) {
  return send("DELETE", `${path}?version=${site.version}`, undefined);
}

/**
 * An order that is not part of the configuration: accounts and displays.
 * @param {string} path
 * @param {any} [body]
 */
export function ask(path, body) {
  return order(path, () => {}, body);
}

/**
 * An order that answers a secret and so keeps no reply: sent once, never again by itself.
 * @param {string} path
 * @param {any} [body]
 */
export async function askOnce(path, body) {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  const text = body === undefined ? undefined : JSON.stringify(body);
  const response = await proven(() => answerOf(path, { method: "POST", headers, body: text }));
  if (response === null) throw new Refused("unreachable", "No hubo respuesta. Revise la lista antes de repetir.");
  return bodyOf(response);
}

/**
 * @param {string} method
 * @param {string} path
 * @param {any} body
 */
async function send(method, path, body) {
  const headers = { "Idempotency-Key": newKey(), "Content-Type": "application/json" };
  const options = { method, headers, body: body === undefined ? undefined : JSON.stringify(body) };
  for (const pause of [...PAUSES_MS, null]) {
    const response = await proven(() => answerOf(`/api/v1/admin/${path}`, options));
    if (response && response.status !== 503) return bodyOf(response);
    if (pause === null) break;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  throw new Refused("unreachable", "El servidor no responde. Espere un momento y guarde otra vez.");
}

/**
 * @param {string} path
 * @param {RequestInit} options
 */
async function answerOf(path, options) {
  try {
    return await fetch(path, { ...options, signal: AbortSignal.timeout(DEADLINE_MS) });
  } catch {
    return null;
  }
}

/** @param {Response} response */
async function bodyOf(response) {
  if (response.status === 401) location.assign(`/sign-in?after=${encodeURIComponent("/administration" + location.hash)}`);
  const body = response.status === 204 ? {} : await response.json().catch(() => ({}));
  if (response.ok) return body;
  if (body.title === "stale") await load(); // the form shows what somebody else wrote
  throw new Refused(body.title ?? "http", body.detail ?? "El servidor no pudo guardar el cambio.", body);
}
