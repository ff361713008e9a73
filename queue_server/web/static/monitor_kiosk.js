// @ts-check
// One kiosk: drawn, what can be done there, its supplies, its day, and what a technician asks for.

import { element } from "./dom.js";
import { actionsPart } from "./monitor_actions.js";
import { codeButton } from "./monitor_codes.js";
import { kioskDrawing } from "./monitor_drawing.js";
import { strips } from "./monitor_history.js";
import { drawn, fact, mark } from "./monitor_marks.js";
import {
  COUNTERS,
  SUPPLIES,
  UNITS,
  isDetail,
  journeyWords,
  kindWords,
  obstacleWords,
  partWords,
} from "./monitor_words.js";
import { ACTIONS, DEVICE_STATES, PRESENCE, STANDINGS, VERDICTS, ago, say } from "./words.js";

/**
 * @typedef {"fine" | "warning" | "broken"} Verdict
 * @typedef {{name: string, word: string, verdict: Verdict}} Part
 * @typedef {{name: string, kind: string, model: string, device: string, parts: Part[], action: string | null, detail: string, verdict: Verdict}} Device
 * @typedef {{device: string, name: string, unit: string, count: number | null, capacity: number | null, fills: boolean, left: number | null, days_left: number | null}} Supply
 * @typedef {{journey: string, name: string, obstacle: string}} Journey
 * @typedef {{temperature_c: number | null, disk_free_mb: number | null, disk_percent: number | null, clock_offset_ms: number | null}} Vitals
 * @typedef {{name: string, standing: string, presence: string, heard_s: number | null, sequence: number | null, build: string | null, drifts: boolean, screen: string | null, unsent: number | null, oldest_unsent_s: number | null, devices: Device[], supplies: Supply[], journeys: Journey[], counters: Record<string, number>, vitals: Vitals | null, notes: string[], actions?: import("./monitor_actions.js").Action[], listens?: boolean}} Kiosk
 * @typedef {import("./monitor_history.js").History} History
 */

const MOODS = { online: "fine", offline: "broken", never: "unknown" };
const CLOCK_TOLERATED_MS = 2000;

/** How bad a kiosk is: the worst come first. @param {Kiosk} kiosk */
export function gravity(kiosk) {
  if (kiosk.presence === "offline") return 0;
  if (kiosk.devices.some((each) => each.verdict === "broken")) return 1;
  if (kiosk.devices.some((each) => each.verdict === "warning")) return 2;
  return kiosk.presence === "never" ? 3 : 4;
}

/** What a search looks at. @param {Kiosk} kiosk */
export function searchable(kiosk) {
  const devices = kiosk.devices.flatMap((each) => [each.name, each.model, kindWords(each.kind), each.device, ...each.parts.map(partWords)]);
  return [kiosk.name, say(PRESENCE, kiosk.presence), kiosk.build ?? "", ...devices].join(" ").toLowerCase();
}

/** @param {Kiosk} kiosk */
export function presenceWords(kiosk) {
  return say(PRESENCE, kiosk.presence) + (kiosk.heard_s === null ? "" : `, ${ago(kiosk.heard_s)}`);
}

/**
 * @param {Kiosk} kiosk
 * @param {History | null} history
 * @param {((instant: string) => string) | null} hour  for whoever may ask for a code
 * @param {import("./monitor_actions.js").Desk} ordering
 */
export function kioskCard(kiosk, history, hour, ordering) {
  const silent = kiosk.presence === "offline";
  return element(
    "article",
    { class: "card", "data-kiosk": kiosk.name, "data-presence": kiosk.presence },
    element(
      "header",
      { class: "card-head" },
      element("h3", {}, kiosk.name),
      element("span", { class: "card-presence" }, mark(MOODS[/** @type {"online"} */ (kiosk.presence)], presenceWords(kiosk))),
    ),
    element("p", { class: "card-standing" }, say(STANDINGS, kiosk.standing)),
    silent ? element("p", { class: "card-last" }, "Lo último que informó:") : null,
    kiosk.devices.length > 0
      ? drawing(kiosk, silent)
      : element("p", { class: "soft" }, "No informa de ningún dispositivo."),
    journeys(kiosk),
    supplies(kiosk),
    history ? strips(history, kiosk) : null,
    devices(kiosk),
    machine(kiosk),
    actionsPart(kiosk, kiosk.actions ?? [], kiosk.listens ?? false, ordering),
    hour ? codeButton(kiosk.name, hour) : null,
  );
}

/**
 * @param {Kiosk} kiosk
 * @param {boolean} silent
 */
function drawing(kiosk, silent) {
  const frame = element("div", { class: "drawing-frame" });
  frame.append(kioskDrawing(kiosk.name, kiosk.devices, silent));
  return frame;
}

/** @param {Kiosk} kiosk */
function journeys(kiosk) {
  if (kiosk.journeys.length === 0 || kiosk.presence === "offline") return null;
  return element(
    "ul",
    { class: "can", "aria-label": "Qué se puede hacer aquí" },
    ...kiosk.journeys.map((each) =>
      element(
        "li",
        { "data-journey": each.journey, "data-can": String(!each.obstacle), "data-detail": String(isDetail(each)) },
        mark(each.obstacle ? "broken" : "fine", journeyWords(each)),
        each.obstacle ? element("span", { class: "can-why" }, obstacleWords(each.obstacle)) : null,
      ),
    ),
  );
}

/** @param {Kiosk} kiosk */
function supplies(kiosk) {
  if (kiosk.supplies.length === 0) return null;
  return element(
    "ul",
    { class: "supplies", "aria-label": "Suministros" },
    ...kiosk.supplies.map((each) => supply(each, kiosk)),
  );
}

/**
 * @param {Supply} each
 * @param {Kiosk} kiosk
 */
function supply(each, kiosk) {
  const kind = kiosk.devices.find((device) => device.name === each.device)?.kind ?? "";
  const name = each.name === "paper" ? say(SUPPLIES, "paper") : `${say(SUPPLIES, each.name)} · ${each.device}`;
  return element(
    "li",
    { "data-supply": each.name, "data-device": null, title: kindWords(kind) },
    element("span", { class: "supply-name" }, name),
    bar(each),
    element("span", { class: "supply-words" }, `${amount(each)} · ${days(each)}`),
  );
}

/** @param {Supply} each */
function bar({ count, capacity }) {
  const share = count === null || !capacity ? null : Math.min(1, count / capacity);
  const picture = drawn("svg", { class: "supply-bar", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" });
  picture.append(drawn("rect", { class: "supply-ground", width: 100, height: 8, rx: 2 }));
  if (share !== null) picture.append(drawn("rect", { class: "supply-level", width: share * 100, height: 8, rx: 2 }));
  return /** @type {any} */ (picture);
}

/** @param {Supply} each */
function amount({ count, capacity, unit }) {
  if (count === null) return "cantidad desconocida";
  return `${count}${capacity ? ` de ${capacity}` : ""} ${say(UNITS, unit)}`;
}

/** @param {Supply} each */
function days({ days_left: left, left: units, fills }) {
  if (units === 0) return fills ? "hay que vaciarla ya" : "hay que reponer ya";
  if (left === null) return "días restantes: aún no se sabe";
  const words = left < 1 ? "menos de 1 día" : left >= 60 ? "más de 60 días" : `unos ${Math.floor(left)} ${Math.floor(left) === 1 ? "día" : "días"}`;
  return fills ? `se llena en ${words}` : `alcanza para ${words}`;
}

/** What is not well stands open; the rest can be opened. @param {Kiosk} kiosk */
function devices(kiosk) {
  if (kiosk.devices.length === 0) return null;
  const bad = kiosk.devices.filter((each) => each.verdict !== "fine");
  const well = kiosk.devices.filter((each) => each.verdict === "fine");
  const words = wellWords(well.length, bad.length > 0);
  return element(
    "div",
    { class: "all-devices" },
    bad.length > 0 ? element("ul", { class: "devices" }, ...bad.map(deviceRow)) : null,
    well.length > 0
      ? element("details", { class: "more", "data-key": "devices" }, element("summary", {}, words), element("ul", { class: "devices" }, ...well.map(deviceRow)))
      : null,
  );
}

/** @param {number} well @param {boolean} others whether some are not well */
function wellWords(well, others) {
  if (well === 1) return others ? "El otro dispositivo, bien" : "Su único dispositivo, bien";
  return others ? `Los otros ${well} dispositivos, bien` : `Los ${well} dispositivos, bien`;
}

/** @param {Device} device */
function deviceRow(device) {
  const advice = device.verdict !== "fine" && device.action ? say(ACTIONS, device.action) : null;
  return element(
    "li",
    { class: "device", "data-device": device.name, "data-verdict": device.verdict },
    element("div", { class: "device-head" }, element("strong", {}, kindWords(device.kind)), mark(device.verdict, say(VERDICTS, device.verdict))),
    element("p", { class: "device-state" }, element("code", {}, device.device), ` ${say(DEVICE_STATES, device.device)}`),
    device.parts.length > 0 ? element("p", { class: "device-parts" }, device.parts.map(partWords).join(" · ")) : null,
    advice ? element("p", { class: "device-advice" }, `→ ${advice}`) : null,
    element("p", { class: "device-model" }, `${device.name} · ${device.model}`),
  );
}

/** @param {Kiosk} kiosk */
function machine(kiosk) {
  if (kiosk.heard_s === null) return null;
  const counters = Object.entries(kiosk.counters).flatMap(([name, count]) => fact(say(COUNTERS, name), String(count)));
  return element(
    "details",
    { class: "more", "data-key": "machine" },
    element("summary", {}, kiosk.drifts ? "Equipo y registro: otra versión que los demás" : "Equipo y registro"),
    element(
      "dl",
      { class: "card-facts" },
      ...fact("Pantalla", kiosk.screen || "—"),
      ...fact("Versión", kiosk.drifts ? mark("warning", `${kiosk.build} (otra que los demás)`) : kiosk.build || "—"),
      ...fact("Por enviar", unsent(kiosk)),
      ...vitals(kiosk.vitals),
      ...counters,
    ),
    kiosk.notes.length > 0 ? element("pre", { class: "notes", tabindex: "0", "aria-label": "Últimas líneas del registro" }, kiosk.notes.join("\n")) : null,
  );
}

/** @param {Kiosk} kiosk */
function unsent({ unsent: count, oldest_unsent_s: oldest }) {
  if (!count) return "nada";
  return oldest === null ? String(count) : `${count}, el más antiguo de ${ago(oldest)}`;
}

/** @param {Vitals | null} vitals */
function vitals(vitals) {
  if (vitals === null) return [];
  const { temperature_c: heat, disk_free_mb: free, disk_percent: percent, clock_offset_ms: offset } = vitals;
  const room = free === null ? "—" : `${(free / 1024).toLocaleString("es-PE", { maximumFractionDigits: 1 })} GB libres (${percent} %)`;
  return [
    ...fact("Temperatura", heat === null ? "—" : `${Math.round(heat)} °C`),
    ...fact("Disco", room),
    ...fact("Reloj", clock(offset)),
  ];
}

/** @param {number | null} offset */
function clock(offset) {
  if (offset === null) return "—";
  if (Math.abs(offset) <= CLOCK_TOLERATED_MS) return "en hora";
  const seconds = Math.round(Math.abs(offset) / 1000);
  return mark("warning", `${offset > 0 ? "adelantado" : "atrasado"} ${seconds} s`);
}
