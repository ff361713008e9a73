// @ts-check
// The Spanish of what only the monitor tells.

import { KINDS, PARTS, PART_WORDS, say } from "./words.js";

/** @type {Record<string, string>} */
const MORE_KINDS = {
  ...KINDS,
  receipt_printer: "Impresora",
  cash_dispenser: "Dispensador de monedas",
  chip_reader: "Lector de chip",
  keypad: "Teclado",
  journal: "Diario del quiosco",
  service: "Servicio al público",
};

/** On the drawing there is little room. @type {Record<string, string>} */
const SHORT_KINDS = {
  receipt_printer: "Impresora",
  document_reader: "Lector DNI",
  cash_acceptor: "Efectivo",
  cash_dispenser: "Vuelto",
  card_terminal: "Tarjetas",
  chip_reader: "Chip",
  keypad: "Teclado",
  journal: "Diario",
  service: "Servicio",
};

/** @type {Record<string, string>} */
const MORE_PARTS = {
  ...PARTS,
  bins: "Caja",
  head: "Cabezal",
  transport: "Transporte",
  jack: "Audífonos",
  escrow: "Retención",
  damaged: "Diarios dañados",
};

/** Words that mean something else in a cash box. @type {Record<string, string>} */
const BIN_WORDS = {
  ok: "bien",
  high: "casi llena",
  full: "llena",
  low: "con pocas monedas",
  empty: "vacía",
  missing: "retirada",
};

/** @type {Record<string, string>} */
const MORE_PART_WORDS = { ...PART_WORDS, ok: "bien", hot: "caliente", failed: "con falla" };

/** In a word or two, for the drawing. @type {Record<string, string>} */
const STATES = {
  online: "funciona",
  deviceBusy: "trabajando",
  starting: "iniciando",
  offline: "no trabaja",
  powerOff: "apagado",
  noDevice: "no se halla",
  hardwareError: "falla",
  userError: "espera ayuda",
  fraudAttempt: "fraude",
  potentialFraud: "¿manipulado?",
};

/** @type {Record<string, string>} */
const OBSTACLES = {
  cleaning: "cerrado por limpieza",
  repair: "cerrado por reparación",
  supplies: "cerrado mientras se repone",
  server_away: "sin conexión con el servidor",
  numbers_used_up: "se acabaron sus números de reserva",
  no_paper_for_numbers: "sin papel para los números",
  journal_down: "no puede escribir su diario",
  backend_away: "la central no responde",
  no_way_to_pay: "ningún medio de pago funciona",
  no_services: "no hay servicios configurados",
  no_fee: "no hay tarifa configurada",
  no_device: "su equipo no está disponible",
  offline: "sin señal",
  never: "aún sin señal",
};

/** @type {Record<string, string>} */
const JOURNEYS = {
  certificate: "Certificado",
  "pay:card": "Pago con tarjeta",
  "pay:cash": "Pago en efectivo",
  "pay:wallet": "Pago con billetera",
};

/** @type {Record<string, string>} */
export const TIES = { paired: "Emparejado", not_paired: "Sin emparejar", not_ours: "No es nuestro" };

/** @type {Record<string, string>} */
export const UNITS = { prints: "impresiones", pieces: "piezas" };

/** @type {Record<string, string>} */
export const SUPPLIES = { paper: "Papel", box: "Caja", coins: "Monedas" };

/** @type {Record<string, string>} */
export const COUNTERS = {
  slips: "Papeles impresos",
  turns: "Turnos dados",
  numbers: "Números sin servidor",
  certificates: "Certificados pagados",
  sent_again: "Reenviados",
};

/** @param {string} kind */
export const kindWords = (kind) => say(MORE_KINDS, kind);
/** @param {string} kind */
export const shortKind = (kind) => say(SHORT_KINDS, kind);
/** @param {string} state */
export const shortState = (state) => say(STATES, state);
/** @param {string} why */
export const obstacleWords = (why) => say(OBSTACLES, why);

/**
 * "Papel: agotado".
 * @param {{name: string, word: string}} part
 */
export function partWords({ name, word }) {
  const meaning = name === "bins" ? say(BIN_WORDS, word) : say(MORE_PART_WORDS, word);
  return `${say(MORE_PARTS, name)}: ${meaning}`;
}

/**
 * What a journey is called: ours by its word, a turn by its service.
 * @param {{journey: string, name: string}} journey
 */
export function journeyWords({ journey, name }) {
  return JOURNEYS[journey] ?? (name ? `Turno: ${name}` : journey.replace(/^turn:/, "Turno: "));
}

/** @param {{journey: string}} journey  a way to pay is a detail of what is paid */
export const isDetail = ({ journey }) => journey.startsWith("pay:");

/**
 * "A01, A02 y A03".
 * @param {string[]} names
 */
export function listed(names) {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} y ${names.at(-1)}`;
}
