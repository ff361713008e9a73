// @ts-check
// The country: how many sites serve, every site by region, the worst first, live.

import { poll } from "./country_poll.js";
import { searchable, siteRow } from "./country_row.js";
import { MANY, MOODS, ORDER, SIGNS, alertWords, calendar, grouped, standingMark, wantsAttention } from "./country_words.js";
import { arrange, byId, element, write } from "./dom.js";
import { SHAPES, fact, mark } from "./monitor_marks.js";
import { counted } from "./words.js";

/**
 * @typedef {import("./country_words.js").Site} Site
 * @typedef {import("./country_words.js").Standing} Standing
 * @typedef {{build: string, sites: number, kiosks: number}} Build
 * @typedef {{regions: {name: string, sites: Site[]}[], standings: Record<Standing, number>, critical: number, warning: number, certificates: {today: number, month: number}, usual_build: string | null, builds: Build[]}} Country
 */

const page = byId("country");
const search = /** @type {HTMLInputElement} */ (byId("search"));
const only = /** @type {HTMLSelectElement} */ (byId("only"));
const { clock, when } = calendar(page.dataset.zone);

/** @type {Country | null} */
let shown = null;
let now = 0;
/** What each row and region was made of. @type {Map<string, {made: string, row: HTMLElement}>} */
const rows = new Map();
/** @type {Map<string, {box: HTMLElement, head: HTMLElement, list: HTMLElement}>} */
const regions = new Map();

/** @param {Country} country */
function sentence({ standings, regions: found }) {
  const count = found.reduce((sum, each) => sum + each.sites.length, 0);
  if (count === 0) return { mood: "unknown", words: "Ningún módulo está inscrito todavía." };
  const mood = standings.none > 0 ? "broken" : standings.silent > 0 || standings.some > 0 ? "warning" : "fine";
  const bad = /** @type {Standing[]} */ (["none", "silent", "some"]).filter((each) => standings[each] > 0);
  const told = bad.map((each) => counted(standings[each], ...MANY[each]));
  const all = counted(count, "módulo", "módulos");
  if (told.length === 0) return { mood, words: `De ${all}, ninguno requiere atención.` };
  return { mood, words: `De ${all}: ${told.join(", ")}.` };
}

/** @param {Country} country */
function renderSummary(country) {
  const { mood, words } = sentence(country);
  const glance = byId("glance");
  glance.dataset.mood = mood;
  write(/** @type {Element} */ (glance.querySelector(".glance-shape")), SHAPES[mood]);
  write(/** @type {Element} */ (glance.querySelector(".glance-words")), words);
  const present = ORDER.filter((each) => country.standings[each] > 0);
  byId("standings").replaceChildren(
    ...present.map((each) =>
      element(
        "li",
        { "data-standing": each, "data-mood": MOODS[each] },
        element("span", { class: "mark-shape", "aria-hidden": "true" }, SIGNS[each]),
        element("strong", {}, String(country.standings[each])),
        element("span", {}, MANY[each][country.standings[each] === 1 ? 0 : 1]),
      ),
    ),
  );
  const alerts = alertWords(country);
  byId("figures").replaceChildren(
    element("div", {}, ...fact("Alertas abiertas", alerts ? mark(country.critical > 0 ? "broken" : "warning", alerts) : mark("fine", "ninguna"))),
    element("div", {}, ...fact("Certificados hoy", grouped(country.certificates.today))),
    element("div", {}, ...fact("Este mes", grouped(country.certificates.month))),
  );
}

/** @param {Site} site */
function matches(site) {
  const wanted = only.value;
  if (wanted === "attention" && !wantsAttention(site)) return false;
  if (wanted === "drift" && !site.drifts) return false;
  if (["none", "silent", "some"].includes(wanted) && site.standing !== wanted) return false;
  return searchable(site).includes(search.value.trim().toLowerCase());
}

/** A row is made anew only when something of it is new. @param {Site} site */
function rowOf(site) {
  const minute = Math.floor(now / 60000);
  const made = JSON.stringify([site, site.standing === "silent" ? minute : Math.floor(minute / 60)]);
  const before = rows.get(site.site);
  if (before?.made === made) return before.row;
  const row = siteRow(site, when, now);
  rows.set(site.site, { made, row });
  if (before?.row.contains(document.activeElement)) {
    before.row.replaceWith(row);
    row.querySelector("a")?.focus();
  }
  return row;
}

/** @param {string} name */
function regionOf(name) {
  const known = regions.get(name);
  if (known) return known;
  const head = element("p", { class: "region-words" });
  const list = element("ul", { class: "sites" });
  const box = element("section", { class: "region", "data-region": name, "aria-label": name }, element("header", { class: "region-head" }, element("h3", {}, name), head), list);
  const made = { box, head, list };
  regions.set(name, made);
  return made;
}

/** @param {Country} country */
function renderSites(country) {
  const boxes = [];
  let found = 0;
  for (const region of country.regions) {
    const sites = region.sites.filter(matches);
    if (sites.length === 0) continue;
    found += sites.length;
    const { box, head, list } = regionOf(region.name);
    const counts = ORDER.map((each) => [each, region.sites.filter((site) => site.standing === each).length]);
    head.replaceChildren(
      ...counts.flatMap(([standing, count]) => (count ? [standingMark(/** @type {Standing} */ (standing), counted(Number(count), ...MANY[/** @type {Standing} */ (standing)]))] : [])),
    );
    arrange(list, sites.map(rowOf));
    boxes.push(box);
  }
  arrange(byId("regions"), boxes);
  const count = country.regions.reduce((sum, each) => sum + each.sites.length, 0);
  const filtered = found < count ? `Se muestran ${found} de ${count} módulos.` : "";
  const none = count === 0 ? "Inscriba el primero más abajo." : "Ningún módulo coincide con la búsqueda.";
  write(byId("sites-note"), found === 0 ? none : filtered);
}

/** @param {Country} country */
function renderBuilds(country) {
  const most = country.builds.map((each) =>
    element(
      "tr",
      { "data-build": each.build },
      element("th", { scope: "row" }, each.build, each.build === country.usual_build ? element("span", { class: "soft" }, " (la usual)") : null),
      element("td", {}, String(each.sites)),
      element("td", {}, String(each.kiosks)),
    ),
  );
  byId("builds").replaceChildren(...most);
}

/**
 * @param {Country} country
 * @param {number} at
 */
function render(country, at) {
  const fresh = country !== shown;
  now = at;
  shown = country;
  write(byId("fresh"), `Al día a las ${clock(at)}`);
  if (fresh) {
    renderSummary(country);
    renderBuilds(country);
  }
  renderSites(country);
}

async function start() {
  const again = () => shown && renderSites(shown);
  search.addEventListener("input", again);
  only.addEventListener("change", again);
  await poll("/api/v1/hub/country", "country", render, clock);
  document.body.dataset.ready = "true";
}

void start();
