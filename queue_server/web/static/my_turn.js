// @ts-check
// One turn on its holder's phone. The server writes every word; this keeps them current.

import { Refused, order } from "./api.js";
import { byId } from "./dom.js";
import { Alarm } from "./my_turn_alarm.js";
import { remember } from "./my_turn_memory.js";
import { watch } from "./my_turn_watch.js";

const DEADLINE_MS = 8000;
const GONE_AFTER_MS = 600_000;
const token = document.body.dataset.token ?? "";
const alarm = new Alarm();
let looking = false;
let lookAgain = false;
let endedAt = 0;

function turn() {
  return byId("turn");
}

/** @param {boolean} recalled */
async function look(recalled) {
  if (looking) {
    lookAgain = true;
    return;
  }
  looking = true;
  try {
    const response = await fetch(`/t/${token}`, { cache: "no-store", signal: AbortSignal.timeout(DEADLINE_MS) });
    if (response.status === 404) location.reload();
    if (!response.ok) throw new Error(String(response.status));
    take(new DOMParser().parseFromString(await response.text(), "text/html"), recalled);
    trouble("");
  } catch {
    trouble("Sin conexión. Reintentando… Mire también la pantalla de la sala.");
  } finally {
    looking = false;
  }
  if (lookAgain) {
    lookAgain = false;
    await look(false);
  }
}

/**
 * @param {Document} fresh  the page as the server writes it now
 * @param {boolean} recalled
 */
function take(fresh, recalled) {
  const next = fresh.getElementById("turn");
  if (next === null) return;
  const before = turn();
  if (Number(next.dataset.event) < Number(before.dataset.event)) return;
  const told = before.dataset.spoken;
  const called = next.dataset.mood === "now" && (recalled || before.dataset.mood !== "now");
  // The question is not taken away from under the finger while it still makes sense.
  const leave = fresh.getElementById("leave");
  const asking = byId("leave").querySelector("details")?.open && leave?.querySelector("details");
  if (leave && !asking) byId("leave").replaceWith(document.adoptNode(leave));
  before.replaceWith(document.adoptNode(next));
  document.title = fresh.title;
  if (next.dataset.spoken !== told || recalled) say(next.dataset.spoken ?? "");
  if (called) alarm.ring();
  settle();
}

/** @param {string} words */
function say(words) {
  const said = byId("said");
  said.textContent = "";
  requestAnimationFrame(() => (said.textContent = words));
}

/** @param {string} words */
function trouble(words) {
  const line = byId("trouble");
  line.hidden = words === "";
  line.textContent = words;
}

/** What depends on the state: an ended turn soon stops asking and gives its place in the feed back. */
function settle() {
  const ended = "ended" in turn().dataset;
  byId("tools").hidden = ended;
  if (!ended) endedAt = 0;
  else if (endedAt === 0) endedAt = Date.now();
  if (ended && Date.now() - endedAt > GONE_AFTER_MS) watching.stop();
  const question = byId("leave").querySelector("form");
  if (question) question.onsubmit = cancel;
}

/** @param {SubmitEvent} event */
async function cancel(event) {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.currentTarget);
  const button = form.querySelector("button");
  if (button === null || button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  button.textContent = "Cancelando…";
  try {
    await order(`/api/v1/my-turn/${token}/cancel`, () => trouble("Sin respuesta. Reintentando…"));
    form.closest("details")?.removeAttribute("open");
  } catch (error) {
    trouble(error instanceof Refused ? error.message : "No se pudo cancelar. Inténtelo otra vez.");
    button.removeAttribute("aria-disabled");
    button.textContent = "Sí, cancelar mi turno";
    if (error instanceof Refused && error.kind === "unreachable") return;
    form.closest("details")?.removeAttribute("open");
  }
  await look(false);
}

byId("alarm").addEventListener("click", async () => {
  if (alarm.on) alarm.disarm();
  else await alarm.arm();
  const button = byId("alarm");
  button.setAttribute("aria-pressed", String(alarm.on));
  button.textContent = alarm.on ? "Aviso activado" : "Avisarme con sonido y vibración";
  byId("alarm-note").hidden = !alarm.on;
});

byId("share").addEventListener("click", async () => {
  const note = byId("share-note");
  note.hidden = false;
  try {
    if (navigator.share) {
      await navigator.share({ title: `Mi turno ${turn().dataset.number}`, url: location.href });
      note.textContent = "Listo.";
    } else {
      await navigator.clipboard.writeText(location.href);
      note.textContent = "Enlace copiado. Péguelo donde quiera guardarlo.";
    }
  } catch {
    note.textContent = "Agregue esta página a sus favoritos. Este teléfono también la recuerda.";
  }
});

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  watching.now();
  void alarm.keepLit();
});
window.addEventListener("online", () => watching.now());

remember(token);
const watching = watch({
  url: `/api/v1/my-turn/${token}/feed`,
  known: () => ({ number: turn().dataset.number ?? "", event: Number(turn().dataset.event) }),
  look,
});
settle();
document.body.dataset.ready = "true";
