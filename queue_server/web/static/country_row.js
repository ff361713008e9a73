// @ts-check
// One site in the list of the country: how it stands, why, and the few figures that matter.

import { MOODS, STANDINGS, alertWords, certificateDays, reasons, standingMark } from "./country_words.js";
import { element } from "./dom.js";
import { mark } from "./monitor_marks.js";
import { counted, lasting } from "./words.js";

/** @typedef {import("./country_words.js").Site} Site */

/** What a search looks at. @param {Site} site */
export function searchable(site) {
  const alerts = site.alerts.flatMap((each) => [each.title, each.place]);
  return [site.site, site.name, site.region, STANDINGS[site.standing], site.build, ...alerts].join(" ").toLowerCase();
}

/**
 * @param {Site} site
 * @param {(at: number, now: number) => string} when
 * @param {number} now
 */
export function siteRow(site, when, now) {
  const said = reasons(site, when, now);
  const since = ["none", "some"].includes(site.standing) ? `desde ${when(Date.parse(site.since), now)}` : "";
  return element(
    "li",
    { class: "site", "data-site": site.site, "data-standing": site.standing, "data-mood": MOODS[site.standing] },
    element("div", { class: "site-standing" }, standingMark(site.standing), since ? element("span", { class: "site-since" }, since) : null),
    element(
      "div",
      { class: "site-who" },
      element("a", { class: "site-name", href: `/country/${encodeURIComponent(site.site)}` }, site.name),
      element("span", { class: "site-code" }, site.site),
    ),
    element("div", { class: "site-why" }, ...said.slice(0, 4).map((each) => element("p", {}, sentence(each))), ...alertLines(site)),
    site.told ? figures(site, now) : element("dl", { class: "site-figures" }),
  );
}

/** @param {string} words */
const sentence = (words) => words.charAt(0).toUpperCase() + words.slice(1);

/** @param {Site} site */
function alertLines(site) {
  if (site.critical + site.warning === 0) return [];
  const [first] = site.alerts;
  const what = first ? `: ${first.title}${first.place ? `, ${first.place}` : ""}` : "";
  const rest = site.critical + site.warning > 1 ? " …" : "";
  return [element("p", { class: "site-alerts" }, mark(site.critical > 0 ? "broken" : "warning", `${alertWords(site)}${what}${rest}`))];
}

/**
 * @param {Site} site
 * @param {number} now
 */
function figures(site, now) {
  const days = certificateDays(site, now);
  return element(
    "dl",
    { class: "site-figures", "data-old": site.standing === "silent" ? "true" : null, title: site.standing === "silent" ? "Lo último que informó" : null },
    ...figure("Quioscos", `${site.up}/${site.kiosks}`, "con señal", site.up < site.kiosks && site.standing !== "closed" ? "bad" : null),
    ...figure("Esperan", String(site.waiting), site.waiting > 0 ? `hasta ${lasting(site.longest_wait_s * 1000)}` : "nadie", null),
    ...figure("Certificados", String(site.certificates_today), "hoy", null),
    ...figure("Versión", site.build || "—", [site.drifts ? "! otra que la mayoría" : "", days === null ? "" : `TLS: ${days < 0 ? "vencido" : counted(days, "día", "días")}`].filter(Boolean).join(" · "), site.drifts ? "bad" : null),
  );
}

/**
 * @param {string} what
 * @param {string} how
 * @param {string} more
 * @param {string | null} mood
 */
function figure(what, how, more, mood) {
  return [element("dt", {}, what), element("dd", { "data-mood": mood }, element("strong", {}, how), element("span", {}, more))];
}
