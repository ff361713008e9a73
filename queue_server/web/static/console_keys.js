// @ts-check
// The keyboard: one letter an operation, while nobody types; a key held down acts once.
// Letters can be switched off (WCAG 2.2, 2.1.4): who dictates or uses a screen reader may need to.

import { byId, write } from "./dom.js";

const REMEMBERED = "letters";

/** @type {Record<string, string>} */
export const KEYS = {
  n: "next",
  o: "open",
  a: "start",
  f: "finish",
  r: "recall",
  x: "noShow",
  z: "undo",
  e: "hold",
  d: "transfer",
  c: "attentionClass",
  q: "cancel",
  p: "print",
  t: "byHand",
  i: "direct",
  b: "find",
  u: "resume",
  g: "relief",
  m: "paper",
  h: "help",
  v: "counter",
  l: "line",
  k: "certificates",
  s: "kioskCode",
  F2: "next",
  F9: "finish",
};

/**
 * @param {(operation: string) => void} run
 * @param {() => boolean} asleep
 */
export function onKeys(run, asleep) {
  showLetters();
  byId("letters").addEventListener("click", () => {
    localStorage.setItem(REMEMBERED, letters() ? "off" : "on");
    showLetters();
  });
  document.addEventListener("keydown", (event) => {
    if (event.repeat && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault(); // a held Enter would press the button again and again
      return;
    }
    const operation = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!operation || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key.length === 1 && !letters()) return;
    if (asleep() || typing(event.target) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    run(operation);
  });
}

function letters() {
  return localStorage.getItem(REMEMBERED) !== "off";
}

function showLetters() {
  byId("letters").setAttribute("aria-pressed", String(letters()));
  write(byId("letters"), letters() ? "Teclas: sí" : "Teclas: no");
  byId("desk").dataset.letters = String(letters());
}

/** @param {EventTarget | null} target */
function typing(target) {
  return target instanceof Element && target.closest("input, select, textarea, [contenteditable]") !== null;
}
