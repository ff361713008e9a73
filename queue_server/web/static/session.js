// @ts-check
// Keeps the session alive while its person touches something, and warns before it ends.
// Readings and feeds never do: a page left open alone signs out.

import { byId } from "./dom.js";

const TOUCH_EVERY_MS = 30_000;
const WARN_MS = 60_000;
const ASK_AGAIN_MS = 5_000;
const DEADLINE_MS = 6_000;

const IDLE = "Su sesión se cerrará en un minuto por falta de uso. Pulse una tecla o toque la pantalla para seguir.";
const AGE = "Su sesión cumple 10 horas y se cerrará en un minuto. Después ingrese otra vez.";

/** When the session ends, by this machine's clock: untouched, and whatever is touched. */
let idleEnds = Infinity;
let ageEnds = Infinity;
let sentAt = -Infinity;
let sending = 0;
let timer = 0;
/** The page is on its way elsewhere, perhaps because its person signs out just now. */
let leaving = false;

/**
 * Hear from the server how long the session lives; it alone decides.
 * @param {string} path
 * @param {string} method
 */
async function ask(path, method) {
  clearTimeout(timer);
  timer = window.setTimeout(() => void look(), ASK_AGAIN_MS);
  const response = await fetch(path, {
    method,
    cache: "no-store",
    signal: AbortSignal.timeout(DEADLINE_MS),
  }).catch(() => null);
  if (response?.status === 401) leave();
  if (!response?.ok) return;
  /** @type {{idle_left_s: number, left_s: number}} */
  const session = await response.json();
  idleEnds = Date.now() + session.idle_left_s * 1000;
  ageEnds = Date.now() + session.left_s * 1000;
  plan();
}

const look = () => ask("/api/v1/session", "GET");
const touch = () => ask("/session/touch", "POST");

function plan() {
  const left = Math.min(idleEnds, ageEnds) - Date.now();
  warn(left <= WARN_MS ? (ageEnds <= idleEnds ? AGE : IDLE) : "");
  clearTimeout(timer);
  // At the end the server is asked: another window may have been touched meanwhile.
  if (left <= WARN_MS) timer = window.setTimeout(() => void look(), Math.max(left, 0) + 500);
  else timer = window.setTimeout(() => void look(), left - WARN_MS);
}

/** @param {string} words */
function warn(words) {
  const warning = byId("session-warning");
  if (warning.textContent !== words) warning.textContent = words;
  warning.hidden = words === "";
}

/** A key, the screen or the mouse was touched; said at once, then at most every 30 s. */
function onUse() {
  if (sending) return;
  const pause = byId("session-warning").hidden ? sentAt + TOUCH_EVERY_MS - Date.now() : 0;
  sending = window.setTimeout(() => {
    sending = 0;
    sentAt = Date.now();
    void touch();
  }, Math.max(pause, 0));
}

function leave() {
  if (leaving) return;
  const here = encodeURIComponent(location.pathname + location.search);
  location.assign(`/sign-in?after=${here}`);
}

window.addEventListener("beforeunload", () => {
  leaving = true;
});
window.addEventListener("pageshow", () => {
  leaving = false;
});
for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, onUse, { capture: true, passive: true });
void look();
