// @ts-check
// The monitor: what was discovered, what is known, what is broken.

import { Refused, read } from "./api.js";
import { byId, element } from "./dom.js";
import { follow } from "./feed.js";
import { codeButton, keepingFocus } from "./monitor_codes.js";
import {
  ACTIONS,
  DEVICE_STATES,
  KINDS,
  PARTS,
  PART_WORDS,
  PRESENCE,
  ROLES,
  STANDINGS,
  VERDICTS,
  ago,
  counted,
  say,
} from "./words.js";

const REFRESH_MS = 5000;

/**
 * @typedef {"fine" | "warning" | "broken"} Verdict
 * @typedef {{name: string, word: string, verdict: Verdict}} Part
 * @typedef {{name: string, kind: string, model: string, device: string, parts: Part[], action: string | null, detail: string, verdict: Verdict}} Device
 * @typedef {{name: string, standing: string, presence: string, heard_s: number | null, sequence: number | null, build: string | null, screen: string | null, unsent: number | null, devices: Device[]}} Kiosk
 * @typedef {{instance: string, role: string, host: string, addresses: string[], port: number, properties: Record<string, string>, last_seen: string, gone_at: string | null, standing: string | null}} Instance
 * @typedef {{kiosk: string, device: string | null, verdict: Verdict}} Trouble
 * @typedef {{server: {site: string, now: string, database: string, event_id: number, listeners: number}, troubles: Trouble[], kiosks: Kiosk[], discovered: Instance[]}} State
 */

/** Colour never speaks alone: each mark has its own shape and its word. @type {Record<string, string>} */
const SHAPES = { fine: "✓", warning: "!", broken: "✕", unknown: "?" };

/**
 * @param {string} mood  fine, warning, broken or unknown
 * @param {string} words
 */
function mark(mood, words) {
  return element(
    "span",
    { class: "mark", "data-mood": mood },
    element("span", { class: "mark-shape", "aria-hidden": "true" }, SHAPES[mood]),
    words,
  );
}

/** @param {Kiosk} kiosk */
function kioskCard(kiosk) {
  const moods = { online: "fine", offline: "broken", never: "unknown" };
  const heard = kiosk.heard_s === null ? "" : `, ${ago(kiosk.heard_s)}`;
  return element(
    "article",
    { class: "card", "data-kiosk": kiosk.name, "data-presence": kiosk.presence },
    element(
      "header",
      { class: "card-head" },
      element("h3", {}, kiosk.name),
      mark(moods[/** @type {"online"} */ (kiosk.presence)], say(PRESENCE, kiosk.presence) + heard),
    ),
    element("p", { class: "card-standing" }, say(STANDINGS, kiosk.standing)),
    kiosk.presence === "offline" ? element("p", { class: "card-last" }, "Lo último que informó:") : null,
    kiosk.devices.length > 0
      ? element("ul", { class: "devices" }, ...kiosk.devices.map(deviceRow))
      : element("p", { class: "soft" }, "No informa de ningún dispositivo."),
    kioskFacts(kiosk),
    asksCodes ? codeButton(kiosk.name, hour) : null,
  );
}

/** @param {Kiosk} kiosk */
function kioskFacts(kiosk) {
  if (kiosk.heard_s === null) return null;
  return element(
    "dl",
    { class: "card-facts" },
    ...fact("Pantalla", kiosk.screen || "—"),
    ...fact("Versión", kiosk.build || "—"),
    ...fact("Por enviar", String(kiosk.unsent ?? 0)),
  );
}

/** @param {Device} device */
function deviceRow(device) {
  const parts = device.parts.map((part) => `${say(PARTS, part.name)}: ${say(PART_WORDS, part.word)}`);
  const advice = device.verdict !== "fine" && device.action ? say(ACTIONS, device.action) : null;
  return element(
    "li",
    { class: "device", "data-device": device.name, "data-verdict": device.verdict },
    element(
      "div",
      { class: "device-head" },
      element("strong", {}, say(KINDS, device.kind)),
      mark(device.verdict, say(VERDICTS, device.verdict)),
    ),
    element(
      "p",
      { class: "device-state" },
      element("code", {}, device.device),
      ` ${say(DEVICE_STATES, device.device)}`,
    ),
    parts.length > 0 ? element("p", { class: "device-parts" }, parts.join(" · ")) : null,
    advice ? element("p", { class: "device-advice" }, `→ ${advice}`) : null,
    element("p", { class: "device-model" }, `${device.name} · ${device.model}`),
  );
}

/**
 * @param {string} term
 * @param {string | Node} value
 */
function fact(term, value) {
  return [element("dt", {}, term), element("dd", {}, value)];
}

/**
 * @param {Trouble} trouble
 * @param {Kiosk[]} kiosks
 */
function troubleRow(trouble, kiosks) {
  const kiosk = kiosks.find((each) => each.name === trouble.kiosk);
  const device = kiosk?.devices.find((each) => each.name === trouble.device);
  const words = device ? deviceTrouble(device) : "El quiosco no da señal";
  return element(
    "li",
    { "data-verdict": trouble.verdict },
    mark(trouble.verdict, say(VERDICTS, trouble.verdict)),
    element("strong", {}, trouble.kiosk),
    element("span", {}, words),
  );
}

/** @param {Device} device */
function deviceTrouble(device) {
  const bad = device.parts.filter((part) => part.verdict !== "fine");
  const reasons = bad.map((part) => `${say(PARTS, part.name).toLowerCase()} ${say(PART_WORDS, part.word)}`);
  const why = reasons.length > 0 ? reasons.join(", ") : say(DEVICE_STATES, device.device).toLowerCase();
  return `${say(KINDS, device.kind)}: ${why}`;
}

/**
 * @param {Instance} instance
 * @param {number} now
 */
function discoveredRow(instance, now) {
  const moods = { known_visible: "fine", known_unseen: "unknown", unregistered: "warning" };
  const standing = instance.standing;
  const announced = Object.entries(instance.properties).map(([key, value]) => `${key}=${value}`);
  const seen = instance.gone_at
    ? `se retiró ${ago((now - Date.parse(instance.gone_at)) / 1000)}`
    : "presente";
  return element(
    "tr",
    { "data-instance": instance.instance, "data-gone": String(instance.gone_at !== null) },
    element("th", { scope: "row" }, instance.instance),
    element("td", {}, say(ROLES, instance.role)),
    element("td", {}, standing ? mark(moods[/** @type {"unregistered"} */ (standing)], say(STANDINGS, standing)) : "—"),
    element("td", {}, `${instance.addresses.join(", ") || instance.host}:${instance.port}`),
    element("td", { class: "announced" }, announced.join("  ")),
    element("td", {}, seen),
  );
}

/** @param {State} state */
function render(state) {
  const now = Date.parse(state.server.now);
  renderTroubles(state);
  const cards = state.kiosks.map(kioskCard);
  const none = element("p", { class: "soft" }, "Ningún quiosco está registrado todavía.");
  keepingFocus(() => byId("kiosks").replaceChildren(...(cards.length > 0 ? cards : [none])));
  byId("server").replaceChildren(
    ...fact("Módulo", state.server.site),
    ...fact("Base de datos", mark("fine", "Responde")),
    ...fact("Último evento", String(state.server.event_id)),
    ...fact("Conexiones en vivo", String(state.server.listeners)),
    ...fact("Hora del servidor", clock.format(now)),
  );
  byId("discovered").replaceChildren(...state.discovered.map((each) => discoveredRow(each, now)));
}

/** @param {State} state */
function renderTroubles(state) {
  const broken = state.troubles.filter((each) => each.verdict === "broken").length;
  const warnings = state.troubles.length - broken;
  const strangers = state.discovered.filter(
    (each) => each.standing === "unregistered" && each.gone_at === null,
  ).length;
  const words = [
    broken > 0 ? counted(broken, "avería", "averías") : null,
    warnings > 0 ? counted(warnings, "advertencia", "advertencias") : null,
    strangers > 0 ? counted(strangers, "equipo sin registrar", "equipos sin registrar") : null,
  ].filter((each) => each !== null);
  const summary = words.length > 0 ? words.join(" · ") : "Todo funciona";
  const place = byId("summary");
  if (place.textContent !== summary) place.textContent = summary;
  place.dataset.mood = broken > 0 ? "broken" : words.length > 0 ? "warning" : "fine";
  byId("troubles-section").hidden = state.troubles.length === 0;
  byId("troubles").replaceChildren(...state.troubles.map((each) => troubleRow(each, state.kiosks)));
}

const clock = new Intl.DateTimeFormat("es-PE", {
  timeZone: byId("monitor").dataset.zone,
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

const hours = new Intl.DateTimeFormat("es-PE", {
  timeZone: byId("monitor").dataset.zone,
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/** @param {string} instant */
const hour = (instant) => hours.format(Date.parse(instant));
const asksCodes = byId("monitor").dataset.codes === "true";

/** @returns {Promise<State | null>} */
async function refresh() {
  try {
    /** @type {State} */
    const state = await read("/api/v1/monitor");
    render(state);
    byId("offline").hidden = true;
    return state;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    byId("offline").hidden = false;
    return null;
  }
}

async function start() {
  const state = await refresh();
  setInterval(() => void refresh(), REFRESH_MS); // silence is no event: it shows with time only
  follow({
    url: "/api/v1/monitor/feed",
    after: state?.server.event_id ?? 0,
    kinds: ["kiosk.changed"],
    onEvent: () => void refresh(),
    onState: (connected) => {
      byId("offline").hidden = connected;
    },
  });
  document.body.dataset.ready = "true";
}

void start();
