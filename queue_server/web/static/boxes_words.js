// @ts-check
// The Spanish of cash boxes.

import { counted } from "./words.js";

/** @typedef {import("./boxes.js").Box} Box */
/** @typedef {import("./boxes.js").Emptying} Emptying */

/** @type {Record<string, string>} */
const DEVICES = { bill: "Billetes", coin: "Monedas", hopper: "Dispensador" };

/** How full a box is, in words: colour is never the only sign. @type {Record<string, string>} */
const LEVELS = {
  ok: "con espacio",
  high: "casi llena: vacíela pronto",
  full: "llena: no recibe más",
  low: "pocas monedas: cárguelo",
  empty: "sin monedas: cárguelo",
};

/** Why a count differs. @type {[string, string][]} */
export const REASONS = [
  ["counting_error", "Se contó mal: con el nuevo conteo cuadra"],
  ["in_the_machine", "Estaba dentro del equipo, fuera de la caja"],
  ["neighbour_box", "Entró mientras se cambiaba la caja"],
  ["events_lost", "El equipo había perdido la cuenta"],
  ["false_money", "Dinero falso o que no es del país"],
  ["missing", "Falta y no se sabe por qué: se informó a la administración"],
  ["surplus", "Sobra y no se sabe por qué: se informó a la administración"],
];

/** @type {Record<string, string>} */
const SLIPS = { printed: "impresa", not_printed: "no impresa", unknown: "no se sabe si salió" };

/** "Billetes, caja N.° 3". @param {Box} box */
export function nameOf(box) {
  const device = DEVICES[box.serial.split("-")[0]] ?? box.device;
  return box.sort === "hopper" ? `${device} de ${soles(box.coin_centimos)}` : device;
}

/** @param {Box} box */
export function levelOf(box) {
  const words = box.sort === "hopper" && box.level === "ok" ? (box.percent === null ? "cuéntelo para saber cuántas tiene" : "con monedas") : (LEVELS[box.level] ?? box.level);
  const level = box.percent === null ? words : `${box.percent} %, ${words}`;
  return box.lost ? `${level}; el equipo perdió la cuenta` : level;
}

/** What an emptying waits for. @param {Emptying} of @param {number} now */
export function titleOf(of, now) {
  if (of.lapsed) return "No se hizo: pasaron los 10 minutos";
  switch (of.state) {
    case "asked":
      return `Pedido: falta que otra persona lo confirme (${counted(minutesLeft(of, now), "minuto", "minutos")})`;
    case "confirmed":
      return "Confirmado: el quiosco cierra sus cajas cuando nadie esté pagando";
    case "taken":
      return "El quiosco está cerrando sus cajas";
    case "closed":
      return of.placed_at ? "Falta contar" : "Cajas fuera: el quiosco no recibe efectivo";
    case "entered":
      return `Contado por ${of.entered_by}: falta que otra persona lo confirme`;
    case "differs":
      return `${differenceOf(of.difference_centimos)}: un supervisor debe explicarlo`;
    case "settled":
      return of.reason ? `${differenceOf(of.difference_centimos)}: ${reasonOf(of.reason)}` : "Cuadra al céntimo";
    default:
      return "Se canceló";
  }
}

/** @param {Emptying} of @param {number} now */
function minutesLeft(of, now) {
  return Math.max(0, Math.ceil((Date.parse(of.asked_at) + 600_000 - now) / 60_000));
}

/** @param {number | null} centimos */
export function differenceOf(centimos) {
  if (!centimos) return "Cuadra la suma, pero no las piezas";
  return centimos > 0 ? `Sobran ${soles(centimos)}` : `Faltan ${soles(-centimos)}`;
}

/** @param {string} reason */
function reasonOf(reason) {
  return (REASONS.find(([word]) => word === reason)?.[1] ?? reason).toLowerCase();
}

/** Who did what, and the paper. @param {Emptying} of @param {(instant: string) => string} exact */
export function moreOf(of, exact) {
  const sorts = of.serials.map((each) => DEVICES[each.split("-")[0]] ?? each);
  const boxes = of.boxes.length ? of.boxes.map((each) => `${nameOf(each)} N.° ${each.number}`).join(", ") : sorts.join(", ");
  const papers = Object.entries(of.slips).map(([copy, state]) => `copia ${copy} ${SLIPS[state] ?? state}`);
  const parts = [
    `Quiosco ${of.kiosk}`,
    boxes || null,
    `pedido por ${of.asked_by}, ${exact(of.asked_at)}`,
    of.confirmed_by ? `confirmado por ${of.confirmed_by}` : null,
    of.closed_at ? `cerrado ${exact(of.closed_at)}` : null,
    papers.length ? papers.join(", ") : null,
    of.placed_by ? `puestas: ${of.placed_by}` : null,
    of.counted_by ? `contado por ${of.entered_by} y ${of.counted_by}` : null,
    of.reason ? `cerrado por ${of.settled_by}` : null,
  ];
  return parts.filter((each) => each !== null).join(" · ");
}

/** "S/ 37.70". @param {number} centimos */
export function soles(centimos) {
  return `S/ ${Math.floor(centimos / 100)}.${String(centimos % 100).padStart(2, "0")}`;
}
