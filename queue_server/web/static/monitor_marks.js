// @ts-check
// Marks: colour never speaks alone, each has its own shape and its word.

import { element } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {"fine" | "warning" | "broken" | "unknown"} Mood */

/** @type {Record<string, string>} */
export const SHAPES = { fine: "✓", warning: "!", broken: "✕", unknown: "?" };

/**
 * @param {string} mood  fine, warning, broken or unknown
 * @param {string} words
 */
export function mark(mood, words) {
  return element(
    "span",
    { class: "mark", "data-mood": mood },
    element("span", { class: "mark-shape", "aria-hidden": "true" }, SHAPES[mood]),
    words,
  );
}

/**
 * An element of SVG; null attributes are left out.
 * @param {string} tag
 * @param {Record<string, string | number | null>} attributes
 * @param {...(Node | string)} children
 */
export function drawn(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) made.setAttribute(name, String(value));
  }
  made.append(...children);
  return made;
}

/**
 * A mark inside a drawing, centred at x, y: a disc, a square on its corner, a square, a ring.
 * @param {string} mood
 * @param {number} x
 * @param {number} y
 */
export function drawnMark(mood, x, y) {
  const at = { class: "spot-shape", "data-mood": mood };
  const shapes = {
    fine: () => drawn("circle", { ...at, cx: x, cy: y, r: 9 }),
    warning: () => drawn("path", { ...at, d: `M${x} ${y - 11} l11 11 l-11 11 l-11 -11 z` }),
    broken: () => drawn("rect", { ...at, x: x - 9, y: y - 9, width: 18, height: 18 }),
    unknown: () => drawn("circle", { ...at, cx: x, cy: y, r: 8 }),
  };
  const sign = drawn("text", { class: "spot-sign", "data-mood": mood, x, y: y + 4.5 }, SHAPES[mood]);
  return drawn("g", {}, shapes[/** @type {Mood} */ (mood)](), sign);
}

/**
 * @param {string} term
 * @param {string | Node} value
 */
export function fact(term, value) {
  return [element("dt", {}, term), element("dd", {}, value)];
}
