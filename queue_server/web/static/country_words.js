// @ts-check
// The Spanish of the country: how a site stands, why, since when.

import { element } from "./dom.js";
import { journeyWords, obstacleWords } from "./monitor_words.js";
import { ago, counted } from "./words.js";

/**
 * @typedef {{journey: string, name: string, at: number, not_at: number, why: string}} Missing
 * @typedef {{title: string, place: string, critical: boolean, opened_at: string}} Grave
 * @typedef {"none" | "silent" | "some" | "empty" | "all" | "closed"} Standing
 * @typedef {{site: string, name: string, region: string, standing: Standing, was: Standing | null, since: string, heard_at: string | null, enrolled_at: string, told: boolean, clock_off_s: number | null, missing: Missing[], kiosks: number, up: number, serving: number, broken: number, warned: number, critical: number, warning: number, alerts: Grave[], waiting: number, longest_wait_s: number, counters_open: number, backend_up: boolean | null, backlog: number, parked: number, build: string, drifts: boolean, certificate_until: string | null, certificates_today: number}} Site
 */

/** The worst first. @type {Standing[]} */
export const ORDER = ["none", "silent", "some", "empty", "all", "closed"];

/** @type {Record<Standing, string>} */
export const STANDINGS = {
  none: "No atiende",
  silent: "No se sabe",
  some: "Atiende en parte",
  empty: "Sin quioscos",
  all: "Atiende",
  closed: "Cerrado",
};

/** @type {Record<Standing, [string, string]>} */
export const MANY = {
  none: ["no atiende", "no atienden"],
  silent: ["no da noticias", "no dan noticias"],
  some: ["atiende en parte", "atienden en parte"],
  empty: ["sin quioscos", "sin quioscos"],
  all: ["atiende", "atienden"],
  closed: ["cerrado a esta hora", "cerrados a esta hora"],
};

/** @type {Record<Standing, string>} */
const BEFORE = { none: "no atendía", silent: "", some: "atendía en parte", empty: "no tenía quioscos", all: "atendía", closed: "estaba cerrado" };

/** Each with a sign of its own: colour never speaks alone. @type {Record<Standing, string>} */
export const SIGNS = { none: "✕", silent: "?", some: "!", empty: "0", all: "✓", closed: "–" };

/** @type {Record<Standing, string>} */
export const MOODS = { none: "broken", silent: "unknown", some: "warning", empty: "unknown", all: "fine", closed: "closed" };

const EXPIRES_SOON_DAYS = 14;
const DAY_MS = 86400000;

/**
 * @param {Standing} standing
 * @param {string} words
 */
export function standingMark(standing, words = STANDINGS[standing]) {
  return element(
    "span",
    { class: "mark", "data-mood": MOODS[standing] },
    element("span", { class: "mark-shape", "aria-hidden": "true" }, SIGNS[standing]),
    words,
  );
}

/**
 * Instants as people at the centre read them: the time, and the day unless it is today.
 * @param {string | undefined} zone
 */
export function calendar(zone) {
  const clock = new Intl.DateTimeFormat("es-PE", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = new Intl.DateTimeFormat("es-PE", { timeZone: zone, day: "numeric", month: "short" });
  const year = new Intl.DateTimeFormat("es-PE", { timeZone: zone, day: "numeric", month: "short", year: "numeric" });
  /** @param {number} at @param {number} now */
  const when = (at, now) => {
    if (day.format(at) === day.format(now) && now - at < DAY_MS) return clock.format(at);
    return now - at < 300 * DAY_MS ? `${day.format(at)}, ${clock.format(at)}` : year.format(at);
  };
  return { clock: (/** @type {number} */ at) => clock.format(at), when };
}

/**
 * Why a site stands as it does, the gravest first; nothing for one that is well.
 * @param {Site} site
 * @param {(at: number, now: number) => string} when
 * @param {number} now
 * @returns {string[]}
 */
export function reasons(site, when, now) {
  const words = [];
  if (site.standing === "silent") words.push(silence(site, when, now));
  if (site.standing === "none" || site.standing === "some") {
    words.push(...site.missing.slice(0, 3).map(missing));
    if (site.standing === "none" && site.missing.length === 0) words.push("ningún quiosco da señal");
  }
  if (site.backend_up === false && !site.missing.some((each) => each.why === "backend_away")) words.push("la central no responde");
  if (site.broken > 0) words.push(counted(site.broken, "dispositivo averiado", "dispositivos averiados"));
  if (site.parked > 0) words.push(counted(site.parked, "trámite espera a una persona", "trámites esperan a una persona"));
  const left = certificateDays(site, now);
  if (left !== null && left < EXPIRES_SOON_DAYS) words.push(certificateWords(left));
  if (site.clock_off_s !== null) words.push(clockWords(site.clock_off_s));
  return words;
}

/** "Certificado, en 1 de 3: sin señal". @param {Missing} each */
function missing(each) {
  const all = each.at + each.not_at;
  const where = each.at === 0 ? "en ninguno" : `solo en ${each.at} de ${all}`;
  return `${journeyWords(each)} ${where}: ${obstacleWords(each.why)}`;
}

/**
 * @param {Site} site
 * @param {(at: number, now: number) => string} when
 * @param {number} now
 */
export function silence(site, when, now) {
  if (!site.heard_at) return `inscrito el ${when(Date.parse(site.enrolled_at), now)}; aún no informó`;
  const heard = Date.parse(site.heard_at);
  if (!site.told) return `se conectó ${ago((now - heard) / 1000)}; aún no informó cómo está`;
  const before = site.was ? `; antes ${BEFORE[site.was]}` : "";
  return `sin noticias desde ${when(heard, now)}, ${ago((now - heard) / 1000)}${before}`;
}

/**
 * Whole days until a site's certificate ends; null where it has none.
 * @param {Site} site
 * @param {number} now
 */
export function certificateDays(site, now) {
  return site.certificate_until === null ? null : Math.floor((Date.parse(site.certificate_until) - now) / DAY_MS);
}

/** @param {number} days */
export function certificateWords(days) {
  return days < 0 ? "su certificado venció" : `su certificado vence en ${counted(days, "día", "días")}`;
}

/** @param {number} seconds */
export function clockWords(seconds) {
  return `su reloj va ${seconds > 0 ? "adelantado" : "atrasado"} ${Math.abs(seconds)} s`;
}

/** "2 graves, 1 advertencia". @param {{critical: number, warning: number}} site */
export function alertWords({ critical, warning }) {
  const words = [critical > 0 ? counted(critical, "grave", "graves") : "", warning > 0 ? counted(warning, "advertencia", "advertencias") : ""];
  return words.filter(Boolean).join(", ");
}

/** Whether somebody at the centre should look. @param {Site} site */
export function wantsAttention(site) {
  return ["none", "silent", "some"].includes(site.standing) || site.critical > 0 || site.warning > 0;
}

/** "12 345", with the thin space. @param {number} count */
export const grouped = (count) => String(count).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
