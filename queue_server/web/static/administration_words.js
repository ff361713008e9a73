// @ts-check
// A service in the kiosk's other languages: a draft until somebody ticks that it was reviewed.

import { Field, group } from "./administration_form.js";

const LANGUAGES = /** @type {[string, string][]} */ ([["en", "inglés"], ["qu", "quechua"], ["ay", "aimara"]]);
const HINT = "Vacío: el quiosco lo dice en español. Si cambia el español, vuelve a quedar sin revisar.";

/**
 * What a service has in one language, as fields hold it.
 * @param {any} service
 * @param {string} code
 */
function said(service, code) {
  return service.words?.[code] ?? { name: "", needs: "", reviewed_by: null };
}

/**
 * Which languages of a service nobody reviewed, or "".
 * @param {any} service
 */
export function draftsOf(service) {
  const drafts = LANGUAGES.filter(([code]) => service.words?.[code] && !service.words[code].reviewed_by).map(([, name]) => name);
  return drafts.length ? `Sin revisar: ${drafts.join(", ")}` : "";
}

/**
 * One group of fields a language.
 * @param {any} service
 */
export function wordGroups(service) {
  return LANGUAGES.map(([code, name]) => {
    const now = said(service, code);
    const values = flatWords(service);
    /** @param {import("./administration_form.js").FieldOptions} options */
    const field = (options) => new Field({ wide: true, ...options }, values[options.name]);
    return group(`En ${name}${standing(now)}`, [
      field({ name: `${code}_name`, label: `Cómo se llama en ${name}`, attributes: { maxlength: "80", lang: code } }),
      field({ name: `${code}_needs`, label: `Explicación en ${name}`, kind: "area", attributes: { maxlength: "200", rows: "2", lang: code } }),
      field({ name: `${code}_reviewed`, label: `Lo revisó una persona que habla ${name}`, kind: "checkbox" }),
    ], code === "en" ? HINT : "");
  });
}

/** @param {any} now */
function standing(now) {
  if (now.reviewed_by) return ` · revisado (${now.reviewed_by})`;
  return now.name || now.needs ? " · sin revisar" : "";
}

/**
 * The words of a service under the names of their fields.
 * @param {any} service
 * @returns {Record<string, any>}
 */
export function flatWords(service) {
  return Object.fromEntries(LANGUAGES.flatMap(([code]) => {
    const now = said(service, code);
    return [[`${code}_name`, now.name], [`${code}_needs`, now.needs], [`${code}_reviewed`, now.reviewed_by !== null]];
  }));
}

/**
 * What a form sends: the words by language, and all other values.
 * @param {Record<string, any>} values
 */
export function wordsIn(values) {
  const words = Object.fromEntries(LANGUAGES.map(([code]) => [code,
    { name: values[`${code}_name`], needs: values[`${code}_needs`], reviewed: values[`${code}_reviewed`] }]));
  const own = new Set(LANGUAGES.flatMap(([code]) => [`${code}_name`, `${code}_needs`, `${code}_reviewed`]));
  return { words, rest: Object.fromEntries(Object.entries(values).filter(([name]) => !own.has(name))) };
}
