// @ts-check
// The Spanish of what waits for a person.

import { ERRANDS, say, whyStopped } from "./words.js";

/** @type {Record<string, string>} */
export const MEANS = { card: "tarjeta", cash: "efectivo", wallet: "billetera", voucher: "banco" };

/** @type {Record<string, string>} */
const DOUBTS = {
  open: "No se sabe si se cobró",
  contradicted: "El quiosco y el personal dicen cosas distintas de un cobro",
  charged: "Se cobró y no sirve para nada",
};

/** @type {Record<string, string>} */
const RETURNS = {
  owed: "Se debe devolver un pago",
  under_way: "El quiosco empezó a devolver un pago",
  stuck: "El quiosco no pudo devolver un pago",
};

/** Why a return stands on the list. @type {Record<string, string>} */
const RETURN_REASONS = {
  refused: "el terminal o el dispensador no lo hizo",
  unknown: "el quiosco no sabe si lo devolvió",
  day_over: "pasó el día del pago",
  kiosk_silent: "no se sabe del quiosco hace más de 10 minutos",
  kiosk_returns: "el quiosco lo está devolviendo",
};

/** @type {Record<string, string>} */
export const CLAIM_REASONS = {
  cash_not_returned: "efectivo que el quiosco no devolvió",
  change_not_given: "vuelto que el quiosco no entregó",
  paid_but_refused: "pagó y la central no admitió la solicitud",
  not_registered: "se cobró y la solicitud no quedó registrada",
  refund_refused: "la billetera no lo devolvió",
  found_late: "dinero que apareció después de terminar",
};

/** @type {Record<string, string>} */
export const CLAIM_STATES = {
  in_doubt: "Aún no se sabe si se cobró: no se entrega",
  open: "Se puede entregar",
  redeemed: "Ya se entregó",
  withdrawn: "Se cerró",
};

/** @type {Record<string, string>} */
export const SETTLED = {
  not_charged: "no se cobró",
  reversed: "se anuló el cobro",
  paid_by_kiosk: "el quiosco lo entregó",
  registered: "el pago sirvió para la solicitud",
};

/** @type {[string, string][]} */
export const GIVEN = [
  ["cash", "Efectivo en la ventanilla"],
  ["transfer", "Se ordenó una transferencia"],
];

/** @type {Record<string, string>} */
const WALLETS = {
  refund_refused: "La billetera no quiso devolver un pago",
  to_refund: "La billetera debe devolver un pago",
  opening: "La billetera no responde por un pago",
  waiting: "La billetera no responde por un pago",
  canceling: "La billetera no responde por un pago",
};

/** How a cash box differs. @type {Record<string, string>} */
const BOXES = {
  short: "Falta dinero en una caja",
  over: "Sobra dinero en una caja",
  pieces: "Las piezas de una caja no cuadran",
};

/** What staff did or saw. @type {[string, string][]} */
export const FINDINGS = [
  ["terminal_looked_at", "Miré el terminal y no es claro"],
  ["acquirer_asked", "Se consultó al adquirente"],
  ["kiosk_off", "El quiosco está apagado"],
  ["person_waits", "La persona espera aquí"],
  ["person_left", "La persona se fue"],
];

/** What a definite word rests on. @type {[string, string][]} */
export const PROOFS = [
  ["terminal_journal", "el registro del terminal"],
  ["acquirer_statement", "el reporte del adquirente"],
  ["gateway_statement", "el reporte de la billetera"],
  ["cash_count", "el conteo del efectivo"],
];

/** What was done last, by the event's kind. @type {Record<string, string>} */
const ACTIONS = {
  "claim.made": "el quiosco imprimió el reclamo",
  "claim.told_again": "el quiosco lo repitió",
  "claim.changed": "el quiosco lo corrigió",
  "claim.staff_settled": "el personal decidió",
  "claim.of_wallet": "se hizo el reclamo",
  "claim.code_shown": "se mostró el código",
  "doubt.told": "el quiosco informó",
  "doubt.noted": "se anotó",
  "doubt.settled": "el quiosco respondió",
  "doubt.staff_settled": "el personal decidió",
  "doubt.claimed": "se hizo un reclamo",
  "return.under_way": "el quiosco empezó",
  "return.refused": "el quiosco no pudo",
  "return.unknown": "el quiosco no sabe",
  "return.claimed": "se hizo un reclamo",
  "application.accepted": "se pagó",
  "application.under_review": "pasó a revisión",
  "application.issued": "se emitió",
  "application.refused": "no se admitió",
};

/** @param {import("./resolve.js").Matter} matter */
export function titleOf({ sort, state, reason }) {
  if (sort === "doubt") return say(DOUBTS, state);
  if (sort === "return") return say(RETURNS, state);
  if (sort === "wallet") return say(WALLETS, state);
  if (sort === "errand") return say(ERRANDS, state);
  if (sort === "box") return say(BOXES, reason);
  return `Reclamo: ${say(CLAIM_REASONS, reason)}`;
}

/** @param {import("./resolve.js").Matter} matter */
export function reasonOf({ sort, state, reason }) {
  if (sort === "return") return say(RETURN_REASONS, reason);
  if (sort === "errand") return whyStopped(reason);
  if (sort === "box") return "un supervisor lo explica en «Cajas»";
  if (sort === "claim") return say(CLAIM_STATES, state).toLowerCase();
  return `(${reason})`;
}

/** @param {import("./resolve.js").Last} last */
export function actionOf({ what, who }) {
  return `${say(ACTIONS, what)}, ${who.split(":").at(-1)}`;
}

/** "S/ 37.70". @param {number} centimos */
export function soles(centimos) {
  return `S/ ${Math.floor(centimos / 100)}.${String(centimos % 100).padStart(2, "0")}`;
}
