// @ts-check
// The administration: one section at a time, each reading the same configuration.

import { Refused } from "./api.js";
import { announcements } from "./administration_announcements.js";
import { load, site } from "./administration_api.js";
import { counters } from "./administration_counters.js";
import { displays } from "./administration_displays.js";
import { anythingUnsaved, discardAll, mayLeave } from "./administration_form.js";
import { holidays } from "./administration_holidays.js";
import { hours } from "./administration_hours.js";
import { people } from "./administration_people.js";
import { services } from "./administration_services.js";
import { settings } from "./administration_site.js";
import { byId } from "./dom.js";
import { listen } from "./event_stream.js";

const SAID_MS = 6000;

/**
 * What a section is given.
 * @typedef {object} Context
 * @property {(words: string) => Promise<void>} saved  say it, read everything anew, show it
 * @property {() => void} again  show the section again as it is
 *
 * @typedef {(box: HTMLElement, context: Context) => void | Promise<void>} Section
 */

/** @type {Record<string, Section>} */
const SECTIONS = { site: settings, services, counters, hours, holidays, announcements, people, displays };

let shown = "";
let saidTimer = 0;

/** @type {Context} */
const context = {
  async saved(words) {
    await load();
    byId("changed").hidden = true;
    await show();
    byId("section").focus({ preventScroll: true });
    say(words);
  },
  again: () => void show(),
};

/** @param {string} words */
function say(words) {
  const line = byId("said");
  line.textContent = words;
  clearTimeout(saidTimer);
  saidTimer = window.setTimeout(() => (line.textContent = ""), SAID_MS);
}

function wanted() {
  const name = location.hash.slice(1);
  return name in SECTIONS ? name : "site";
}

async function show() {
  shown = wanted();
  for (const link of document.querySelectorAll(".admin-nav a")) {
    if (link.getAttribute("href") === `#${shown}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const box = byId("section");
  box.dataset.section = shown;
  try {
    await SECTIONS[shown](box, context);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    box.textContent = error.message;
  }
}

window.addEventListener("hashchange", async () => {
  if (wanted() === shown) return;
  if (!mayLeave()) {
    history.replaceState(null, "", `#${shown}`);
    return;
  }
  say("");
  await show();
  byId("section").focus();
});

byId("reload").addEventListener("click", async () => {
  discardAll();
  await context.saved("Se cargó la configuración actual.");
});

async function changedElsewhere() {
  if (anythingUnsaved()) byId("changed").hidden = false;
  else {
    await load();
    await show();
  }
}

function follow() {
  listen({
    url: "/api/v1/feed",
    after: site.event_id,
    prepare: () => Promise.resolve(true),
    onEvent: (name, id) => {
      const about = name === "site.changed" || name === "counter.services_changed";
      if (about && id > site.event_id) void changedElsewhere();
    },
    onWord: () => (byId("offline").hidden = true),
    onBreak: () => (byId("offline").hidden = false),
  });
}

async function begin() {
  try {
    await load();
  } catch (error) {
    byId("section").textContent = error instanceof Refused ? error.message : String(error);
    window.setTimeout(begin, 3000);
    return;
  }
  await show();
  follow();
  document.body.dataset.ready = "true";
}

void begin();
