// @ts-check
// The last 24 hours of a kiosk and its devices as strips: what is not well stands out by its height.

import { element } from "./dom.js";
import { drawn } from "./monitor_marks.js";
import { shortKind } from "./monitor_words.js";
import { counted } from "./words.js";

/**
 * @typedef {{kiosk: string, subject: string, name: string, state: string, verdict: string, why: string, since: string, until: string | null}} Span
 * @typedef {{since: string, now: string, spans: Span[]}} History
 */

const LENGTH = 1000;
const HEIGHT = 18;
const TALL = { fine: 5, warning: 11, broken: 18 };
const MOST_SEGMENTS = 400;
const CALM = "sin averías";

/**
 * @param {History} history
 * @param {{name: string, devices: {name: string, kind: string}[]}} kiosk
 */
export function strips(history, kiosk) {
  const mine = history.spans.filter((each) => each.kiosk === kiosk.name);
  if (mine.length === 0) return null;
  const ofDevices = kiosk.devices.map((device) => ({
    name: label(device, kiosk.devices),
    spans: mine.filter((each) => each.subject === "device" && each.name === device.name),
  }));
  const troubled = ofDevices.filter((each) => each.spans.some((span) => span.verdict !== "fine"));
  const calm = ofDevices.length - troubled.length;
  const rows = [
    strip(history, "Señal", mine.filter((each) => each.subject === "kiosk")),
    ...troubled.map((each) => strip(history, each.name, each.spans)),
  ];
  const rest = troubled.length === 0 ? "Ningún dispositivo tuvo averías." : calm > 0 ? `Los otros ${calm}, sin averías.` : "";
  return element(
    "section",
    { class: "strips", "aria-label": "Últimas 24 horas" },
    element("h4", {}, "Últimas 24 horas"),
    ...rows.filter((each) => each !== null),
    element("p", { class: "strips-legend" }, element("span", {}, "hace 24 h"), element("span", {}, "ahora")),
    element("p", { class: "strips-rest" }, `${rest} Bajo: bien; medio: advertencia; alto: avería.`.trim()),
  );
}

/**
 * @param {{name: string, kind: string}} device
 * @param {{kind: string}[]} devices
 */
function label(device, devices) {
  const alike = devices.filter((each) => each.kind === device.kind).length > 1;
  return alike ? device.name : shortKind(device.kind);
}

/**
 * @param {History} history
 * @param {string} name
 * @param {Span[]} spans
 */
function strip(history, name, spans) {
  if (spans.length === 0) return null;
  const [begins, ends] = [Date.parse(history.since), Date.parse(history.now)];
  /** @param {number} at */
  const place = (at) => ((Math.min(Math.max(at, begins), ends) - begins) / (ends - begins)) * LENGTH;
  const parts = spans.slice(-MOST_SEGMENTS).map((each) => {
    const [from, to] = [place(Date.parse(each.since)), place(each.until ? Date.parse(each.until) : ends)];
    const tall = TALL[/** @type {"fine"} */ (each.verdict)];
    const least = each.verdict === "fine" ? 0 : 4; // a short fault is seen, too
    return drawn("rect", { class: "strip-part", "data-mood": each.verdict, x: from, y: HEIGHT - tall, width: Math.max(least, to - from), height: tall });
  });
  const words = told(spans, begins, ends);
  return element(
    "div",
    { class: "strip", "data-strip": name },
    element("span", { class: "strip-name" }, name),
    drawn(
      "svg",
      { class: "strip-line", viewBox: `0 0 ${LENGTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": `${name}: ${words}` },
      drawn("rect", { class: "strip-ground", x: 0, y: HEIGHT - 1, width: LENGTH, height: 1 }),
      ...parts,
    ),
    words === CALM ? null : element("span", { class: "strip-words" }, words),
  );
}

/**
 * "99 % bien, 2 averías".
 * @param {Span[]} spans
 * @param {number} begins
 * @param {number} ends
 */
function told(spans, begins, ends) {
  let known = 0;
  let well = 0;
  for (const each of spans) {
    const from = Math.max(begins, Date.parse(each.since));
    const lasted = Math.max(0, (each.until ? Date.parse(each.until) : ends) - from);
    known += lasted;
    if (each.verdict !== "broken") well += lasted;
  }
  const faults = spans.filter((each) => each.verdict === "broken").length;
  if (faults === 0) return CALM;
  const share = known > 0 ? Math.floor((well / known) * 1000) / 10 : 0;
  return `${counted(faults, "avería", "averías")}, ${share.toLocaleString("es-PE")} % bien`;
}
