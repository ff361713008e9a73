// @ts-check
// A kiosk drawn with its devices in their places, each with a shape and a word.

import { drawn, drawnMark } from "./monitor_marks.js";
import { shortKind, shortState } from "./monitor_words.js";

/** @typedef {import("./monitor_kiosk.js").Device} Device */

const WIDTH = 360;
const ROW = 40;
const BODY = { x: 124, width: 112, top: 8 };

/** Where each kind sits on the body and on which side its words stand, from the top down. */
const PLACES = [
  { kind: "service", side: "left" },
  { kind: "keypad", side: "left" },
  { kind: "document_reader", side: "left" },
  { kind: "chip_reader", side: "left" },
  { kind: "journal", side: "right" },
  { kind: "card_terminal", side: "right" },
  { kind: "cash_acceptor", side: "right" },
  { kind: "cash_dispenser", side: "right" },
  { kind: "receipt_printer", side: "left" },
];

/**
 * @param {string} name
 * @param {Device[]} devices
 * @param {boolean} silent  what is drawn is what it said last
 */
export function kioskDrawing(name, devices, silent) {
  const left = placed(devices, "left");
  const right = placed(devices, "right");
  const rows = Math.max(3, left.length, right.length);
  const height = BODY.top * 2 + rows * ROW + 26;
  const words = devices.map((each) => `${shortKind(each.kind)} ${shortState(each.device)}`).join(", ");
  const told = silent ? "sin señal; lo último que informó" : "sus dispositivos";
  return drawn(
    "svg",
    {
      class: "drawing",
      viewBox: `0 0 ${WIDTH} ${height}`,
      role: "img",
      "data-silent": String(silent),
      "aria-label": `Quiosco ${name}, ${told}: ${words || "ninguno"}`,
    },
    body(height),
    ...left.map((each, row) => spot(each, row, "left")),
    ...right.map((each, row) => spot(each, row, "right")),
  );
}

/**
 * @param {Device[]} devices
 * @param {string} side
 */
function placed(devices, side) {
  const known = PLACES.map((each) => each.kind);
  const sides = new Map(PLACES.map((each) => [each.kind, each.side]));
  return devices
    .filter((each) => (sides.get(each.kind) ?? "right") === side)
    .sort((one, other) => known.indexOf(one.kind) - known.indexOf(other.kind));
}

/** @param {number} height */
function body(height) {
  const { x, width, top } = BODY;
  const tall = height - top * 2 - 10;
  return drawn(
    "g",
    { class: "body" },
    drawn("rect", { class: "body-foot", x: x + 14, y: height - 16, width: width - 28, height: 8, rx: 3 }),
    drawn("rect", { class: "body-case", x, y: top, width, height: tall, rx: 12 }),
    drawn("rect", { class: "body-screen", x: x + 26, y: top + 12, width: width - 52, height: Math.max(40, tall - 56), rx: 5 }),
    drawn("rect", { class: "body-slot", x: x + 34, y: top + tall - 28, width: width - 68, height: 6, rx: 3 }),
  );
}

/**
 * @param {Device} device
 * @param {number} row
 * @param {string} side
 */
function spot(device, row, side) {
  const y = BODY.top + 24 + row * ROW;
  const onBody = side === "left" ? BODY.x + 4 : BODY.x + BODY.width - 4;
  const text = side === "left" ? BODY.x - 16 : BODY.x + BODY.width + 16;
  const anchor = side === "left" ? "end" : "start";
  const two = device.name !== device.kind && device.kind === "cash_dispenser" ? ` ${coin(device.name)}` : "";
  return drawn(
    "g",
    { class: "spot", "data-spot": device.name, "data-mood": device.verdict },
    drawnMark(device.verdict, onBody, y),
    drawn("text", { class: "spot-name", x: text, y: y - 3, "text-anchor": anchor }, shortKind(device.kind) + two),
    drawn("text", { class: "spot-word", "data-mood": device.verdict, x: text, y: y + 13, "text-anchor": anchor }, word(device)),
  );
}

/** @param {string} name  several hoppers are told apart by the coin in their names */
function coin(name) {
  return /\d+$/.exec(name)?.[0] ?? "";
}

/** @param {Device} device  what is the matter, or how it is */
function word(device) {
  const bad = device.parts.find((part) => part.verdict !== "fine");
  if (bad?.name === "paper") return { out: "sin papel", low: "poco papel", jammed: "papel atascado" }[bad.word] ?? "papel";
  if (bad?.name === "bins") return { high: "caja casi llena", full: "caja llena", empty: "vacío", low: "pocas", missing: "sin caja" }[bad.word] ?? "caja";
  return shortState(device.device);
}
