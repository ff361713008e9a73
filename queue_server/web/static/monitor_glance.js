// @ts-check
// The site at a glance: one sentence, one mark; which journeys, where not, and why.

import { element, write } from "./dom.js";
import { SHAPES, mark } from "./monitor_marks.js";
import { isDetail, journeyWords, listed, obstacleWords } from "./monitor_words.js";

/**
 * @typedef {{journey: string, name: string, at: string[], missing: {kiosk: string, why: string}[]}} JourneyGlance
 * @typedef {{word: "all" | "some" | "none" | "empty", serving: number, kiosks: number, journeys: JourneyGlance[]}} Glance
 */

const MOODS = { all: "fine", some: "warning", none: "broken", empty: "unknown" };

/** @param {Glance} glance */
function sentence({ word, serving, kiosks }) {
  const all = kiosks === 1 ? "el quiosco atiende todo" : `los ${kiosks} quioscos atienden todo`;
  return {
    all: `Sí se puede atender: ${all}.`,
    some: `Se atiende con límites: ${serving} de ${kiosks} ${kiosks === 1 ? "quiosco puede" : "quioscos pueden"} atender.`,
    none: "No se puede atender: ningún quiosco funciona ahora.",
    empty: "Aún no hay quioscos emparejados en este módulo.",
  }[word];
}

/**
 * @param {Glance} glance
 * @param {HTMLElement} place
 * @param {HTMLElement} journeys
 */
export function renderGlance(glance, place, journeys) {
  const mood = MOODS[glance.word];
  place.dataset.mood = mood;
  write(/** @type {HTMLElement} */ (place.querySelector(".glance-shape")), SHAPES[mood]);
  write(/** @type {HTMLElement} */ (place.querySelector(".glance-words")), sentence(glance));
  journeys.hidden = glance.journeys.length === 0;
  journeys.replaceChildren(...glance.journeys.map(row));
}

/** @param {JourneyGlance} journey */
function row(journey) {
  const mood = journey.missing.length === 0 ? "fine" : journey.at.length > 0 ? "warning" : "broken";
  const words = { fine: "En todos", warning: "No en todos", broken: "En ninguno" }[mood];
  return element(
    "li",
    { class: "journey", "data-journey": journey.journey, "data-mood": mood, "data-detail": String(isDetail(journey)) },
    element("span", { class: "journey-name" }, journeyWords(journey)),
    mark(mood, words),
    journey.missing.length > 0 ? element("span", { class: "journey-why" }, reasons(journey)) : null,
  );
}

/** "No en A02 y A03: sin señal". @param {JourneyGlance} journey */
function reasons({ missing }) {
  /** @type {Map<string, string[]>} */
  const by = new Map();
  for (const { kiosk, why } of missing) by.set(why, [...(by.get(why) ?? []), kiosk]);
  return [...by]
    .map(([why, kiosks]) => `No en ${kiosks.length > 6 ? `${kiosks.length} quioscos` : listed(kiosks)}: ${obstacleWords(why)}`)
    .join(". ");
}
