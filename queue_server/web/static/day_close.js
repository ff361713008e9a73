// @ts-check
// “Cierre del día”: asks for the centre's ledger again, and seals the day with its reasons.

import { order, read, Refused } from "./api.js";

const LOOK_AGAIN_MS = 1000;
const LOOKS = 20;

const close = /** @type {HTMLElement} */ (document.getElementById("close"));
const message = /** @type {HTMLElement} */ (document.getElementById("message"));
const day = close.dataset.day ?? "";

document.getElementById("ask")?.addEventListener("click", (event) => attempt(event, ask));
document.getElementById("seal")?.addEventListener("click", (event) => attempt(event, seal));
// A link to a payment opens the kiosk it stands in.
for (const name of ["hashchange", "load"]) addEventListener(name, unfold);
document.body.dataset.ready = "true";

/**
 * Do it once; say why when it did not work.
 * @param {Event} event
 * @param {() => Promise<void>} work
 */
async function attempt(event, work) {
  const button = /** @type {HTMLButtonElement} */ (event.currentTarget);
  button.disabled = true;
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tell(error.message, "bad");
    mark(error.members.unexplained ?? []);
  } finally {
    button.disabled = false;
  }
}

async function ask() {
  await order(`/api/v1/day-closes/${day}/refresh`, retrying);
  tell("Consultando a la central…");
  for (let look = 0; look < LOOKS; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    const { figures } = await read(`/api/v1/day-closes/${day}`);
    if (!figures.centre.wanted || figures.centre.trouble) break;
  }
  location.reload();
}

async function seal() {
  const fields = /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll("input[data-key]")]);
  const empty = fields.filter((field) => !field.value.trim()).map((field) => field.dataset.key ?? "");
  if (empty.length > 0) {
    tell("Escriba el motivo de cada diferencia que queda.", "bad");
    mark(empty);
    return;
  }
  const reasons = Object.fromEntries(fields.map((field) => [field.dataset.key, field.value.trim()]));
  await order(`/api/v1/day-closes/${day}/seal`, retrying, { reasons });
  location.reload();
}

/** @param {string[]} keys  of the differences without a reason */
function mark(keys) {
  let first = null;
  for (const field of document.querySelectorAll("input[data-key]")) {
    const missing = field instanceof HTMLInputElement && keys.includes(field.dataset.key ?? "");
    if (missing) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    if (missing && !first) first = field;
  }
  if (first instanceof HTMLInputElement) first.focus();
}

function retrying() {
  tell("Sin conexión con el servidor. Reintentando…");
}

/**
 * @param {string} words
 * @param {string} [mood]
 */
function tell(words, mood = "") {
  message.textContent = words;
  message.dataset.mood = mood;
}

function unfold() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  const kiosk = target && target.closest("details");
  if (!kiosk) return;
  kiosk.open = true;
  target.scrollIntoView({ block: "center" });
}
