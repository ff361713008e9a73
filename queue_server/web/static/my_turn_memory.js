// @ts-check
// The links this phone has opened: nothing but their tokens, newest first.

const NAME = "ventanilla.turnos";
const KEPT = 6;
const TOKEN = /^[A-Za-z0-9_-]{35}$/;

/**
 * Empty where the browser keeps nothing (private windows, storage refused).
 * @returns {string[]}
 */
export function remembered() {
  try {
    const kept = JSON.parse(localStorage.getItem(NAME) ?? "[]");
    return Array.isArray(kept) ? kept.filter((each) => TOKEN.test(each)).slice(0, KEPT) : [];
  } catch {
    return [];
  }
}

/** @param {string} token */
export function remember(token) {
  keep([token, ...remembered().filter((each) => each !== token)]);
}

/** @param {string[]} tokens */
export function forget(tokens) {
  keep(remembered().filter((each) => !tokens.includes(each)));
}

/** @param {string[]} tokens */
function keep(tokens) {
  try {
    if (tokens.length === 0) localStorage.removeItem(NAME);
    else localStorage.setItem(NAME, JSON.stringify(tokens.slice(0, KEPT)));
  } catch {
    // the link itself still works
  }
}
