// @ts-check
// The questions of "Por resolver": a claim in front of its person, and what a matter needs.

import { element } from "./dom.js";
import { Sheet, field, select } from "./sheet.js";
import { CLAIM_REASONS, CLAIM_STATES, FINDINGS, GIVEN, MEANS, PROOFS, SETTLED, soles } from "./resolve_words.js";
import { DOCUMENT_TYPES, say } from "./words.js";

/**
 * @typedef {object} Found
 * @property {string} state
 * @property {string} reason
 * @property {string} means
 * @property {number} amount_centimos
 * @property {string} made_at
 * @property {string} kiosk
 * @property {string | null} number
 * @property {string | null} document_type
 * @property {string | null} masked
 * @property {string | null} withdrawn
 * @property {string | null} given
 * @property {string | null} given_by
 * @property {string | null} given_at_counter
 * @property {string | null} given_at
 *
 * @typedef {object} Desk
 * @property {(path: string, body?: any) => Promise<any>} send
 * @property {(words: string) => void} tell
 * @property {(instant: string) => string} exact
 * @property {() => {code: string, name: string}[]} counters
 * @property {() => boolean} mayGive
 */

let lastCounter = "";

/**
 * The claim whose code was typed; if it can be given, who asks for it is looked at first.
 * @param {Desk} desk
 * @param {string} code
 * @param {Found} claim
 */
export function claimSheet(desk, code, claim) {
  const made = new Sheet("Reclamo", say(CLAIM_STATES, claim.state));
  made.add(element("p", { class: "claim-amount" }, soles(claim.amount_centimos)), facts(desk, claim));
  if (claim.state === "open" && desk.mayGive()) giving(desk, made, code, claim);
  made.open();
}

/** @param {Desk} desk @param {Found} claim */
function facts(desk, claim) {
  const whose = claim.masked ? `${say(DOCUMENT_TYPES, claim.document_type ?? "")} ${claim.masked}` : "sin documento: vale quien trae el papel";
  /** @type {[string, string][]} */
  const rows = [
    ["Por", say(CLAIM_REASONS, claim.reason)],
    ["Pagó con", say(MEANS, claim.means)],
    ["Cuándo y dónde", `${desk.exact(claim.made_at)}, quiosco ${claim.kiosk}`],
    ["Solicitud", claim.number ?? "ninguna"],
    ["Documento", whose],
  ];
  if (claim.withdrawn) rows.push(["Se cerró porque", say(SETTLED, claim.withdrawn)]);
  if (claim.given_at) rows.push(["Se entregó", `${desk.exact(claim.given_at)}, ${claim.given_at_counter}, por ${claim.given_by}`]);
  return element("dl", { class: "claim-facts" }, ...rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

/** @param {Desk} desk @param {Sheet} made @param {string} code @param {Found} claim */
function giving(desk, made, code, claim) {
  const places = desk.counters().map((each) => /** @type {[string, string]} */ ([each.code, each.name]));
  const counter = select(places, lastCounter || (places[0]?.[0] ?? ""));
  const given = select(GIVEN, "cash");
  const shown = /** @type {HTMLInputElement} */ (element("input", { type: "checkbox", id: "document-shown" }));
  const confirmed = element("label", { class: "confirmed" }, shown, "Vi el documento de la persona y coincide");
  const fields = [element("div", { class: "sheet-row" }, field("Ventanilla", counter), field("Cómo se entrega", given)), confirmed];
  made.form(`Entregar ${soles(claim.amount_centimos)}`, fields, async () => {
    lastCounter = counter.value;
    const body = { code, counter: counter.value, given: given.value, document_shown: shown.checked };
    const done = await desk.send("/api/v1/claims/redeem", body);
    desk.tell(`Entregado: ${soles(done.amount_centimos)}. El reclamo quedó pagado.`);
  });
}

/** @param {Desk} desk @param {import("./resolve.js").Matter} matter */
export function noteSheet(desk, matter) {
  const made = new Sheet("Anotar lo que se hizo", "Una anotación no cierra el caso.");
  const options = FINDINGS.map(([finding, label]) => ({
    label,
    pick: async () => {
      await desk.send(`/api/v1/doubts/${matter.id}/note`, { finding });
      desk.tell(`Anotado: ${label.toLowerCase()}.`);
    },
  }));
  made.choices([{ label: "¿Qué se hizo o se vio?", options }]).open();
}

/**
 * A supervisor's definite word: of a payment whether it was charged, of a claim whether it is owed.
 * @param {Desk} desk @param {import("./resolve.js").Matter} matter
 */
export function settleSheet(desk, matter) {
  if (matter.sort === "claim") return owedSheet(desk, matter);
  const made = new Sheet("¿Se cobró?", "Solo con una prueba a la vista. Lo que decida queda registrado con su nombre.");
  /** @param {string} ended @param {string} words */
  const options = (ended, words) =>
    PROOFS.map(([proof, label]) => ({
      label: `${words}: ${label}`,
      pick: async () => {
        await desk.send(`/api/v1/doubts/${matter.id}/staff-settled`, { ended, proof });
        desk.tell(ended === "charged" ? "Quedó como cobrado." : "Quedó como no cobrado.");
      },
    }));
  made.choices([
    { label: "Se cobró, lo muestra", options: options("charged", "Sí") },
    { label: "No se cobró, lo muestra", options: options("not_charged", "No") },
  ]);
  made.open();
}

/** @param {Desk} desk @param {import("./resolve.js").Matter} matter */
function owedSheet(desk, matter) {
  const made = new Sheet("¿Se debe este dinero?", "Solo con una prueba a la vista. Lo que decida queda registrado con su nombre.");
  /** @param {boolean} owed @param {string} words */
  const options = (owed, words) =>
    PROOFS.map(([proof, label]) => ({
      label: `${words}: ${label}`,
      pick: async () => {
        await desk.send(`/api/v1/claims/${matter.id}/staff-settled`, { owed, proof });
        desk.tell(owed ? "Se puede entregar en una ventanilla." : "El reclamo se cerró.");
      },
    }));
  made.choices([
    { label: "Se debe, lo muestra", options: options(true, "Sí") },
    { label: "No se debe, lo muestra", options: options(false, "No") },
  ]);
  made.open();
}

/** @param {Desk} desk @param {import("./resolve.js").Matter} matter */
export function returnedSheet(desk, matter) {
  const made = new Sheet("El quiosco ya lo devolvió", "¿Qué lo muestra?");
  const options = PROOFS.map(([proof, label]) => ({
    label,
    pick: async () => {
      await desk.send(`/api/v1/returns/${matter.id}/found-returned`, { proof });
      desk.tell("Quedó como devuelto.");
    },
  }));
  made.choices([{ label: "Lo muestra", options }]).open();
}

/**
 * Make a claim of it; of a return that may have begun only with a proof that nothing was given.
 * @param {Desk} desk @param {import("./resolve.js").Matter} matter
 */
export function toClaimSheet(desk, matter) {
  const lead = "La persona cobra en una ventanilla con el código. Compruebe antes que el quiosco no devolvió nada.";
  const made = new Sheet(`Hacer un reclamo de ${soles(matter.amount_centimos ?? 0)}`, lead);
  const path = CLAIMS[matter.sort](matter.id);
  /** @param {string | null} proof */
  const pick = (proof) => async () => {
    const { code } = await desk.send(path, matter.sort === "return" ? { proof } : undefined);
    queueMicrotask(() => codeSheet(code));
  };
  if (matter.sort === "return") {
    const proofs = PROOFS.map(([proof, label]) => ({ label, pick: pick(proof) }));
    const surely = matter.state === "owed" || matter.reason === "refused";
    made.choices([
      { label: "El quiosco", options: surely ? [{ label: "No empezó, o dijo que no pudo", pick: pick(null) }] : [] },
      { label: "No devolvió nada, lo muestra", options: proofs },
    ]);
  } else {
    made.choices([{ label: "¿Hacerlo ahora?", options: [{ label: "Sí, hacer el reclamo", pick: pick(null) }] }]);
  }
  made.open();
}

/** Where a claim is made of what. @type {Record<string, (id: string) => string>} */
const CLAIMS = {
  return: (id) => `/api/v1/returns/${id}/claim`,
  doubt: (id) => `/api/v1/doubts/${id}/claim`,
  wallet: (id) => `/api/v1/claims/of-wallet/${id}`,
};

/** @param {Desk} desk @param {import("./resolve.js").Matter} matter */
export function showCodeSheet(desk, matter) {
  const made = new Sheet("Mostrar el código", "Para quien perdió su papel: compruebe antes su documento y su número de solicitud. Queda registrado que usted lo vio.");
  const pick = async () => {
    const { code } = await desk.send(`/api/v1/claims/${matter.id}/code`);
    queueMicrotask(() => codeSheet(code));
  };
  made.choices([{ label: "¿Mostrarlo?", options: [{ label: "Sí, mostrar el código", pick }] }]).open();
}

/** @param {string} code */
function codeSheet(code) {
  const made = new Sheet("Código del reclamo", "Dícteselo o escríbaselo a la persona: quien lo tiene cobra.");
  made.add(element("p", { class: "claim-code" }, code)).open();
}

/** @param {Desk} desk @param {import("./resolve.js").Matter} matter */
export function giveBackSheet(desk, matter) {
  const made = new Sheet("Sin salida: devolver", `La solicitud ${matter.number ?? ""} termina sin certificado y lo pagado se devuelve. No se puede deshacer.`);
  const pick = async () => {
    await desk.send(`/api/v1/errands/${matter.id}/give-back`);
    desk.tell("La solicitud terminó; lo pagado se devuelve.");
  };
  made.choices([{ label: "¿Terminarla?", options: [{ label: "Sí, terminar y devolver", mood: "danger", pick }, { label: "No, volver", pick: async () => {} }] }]);
  made.open(made.numbered[1]);
}
