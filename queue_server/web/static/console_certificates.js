// @ts-check
// At the window: a certificate printed for its person, and the applications under review.

import { Refused, read } from "./api.js";
import { element } from "./dom.js";
import { Sheet, field, input, select } from "./sheet.js";
import { DOCUMENT_TYPES, ago } from "./words.js";

/**
 * @typedef {import("./console_sheets.js").Desk} Desk
 * @typedef {{type: string, number: string}} Document
 * @typedef {{number: string, since: string, ticket_id: string | null, ticket: string | null}} Review
 */

const NUMBER = /^([A-Z]\d{2})(\d{5,9})([0-9A-Z])$/;

/**
 * Print one: of whom the counter serves, or of the document and number that are typed.
 * @param {Desk} desk
 */
export function certificates(desk) {
  const made = new Sheet("Certificados", "Antes de entregar uno impreso, compruebe el documento de la persona.");
  const issued = (desk.state().current?.person?.applications ?? []).filter((each) => each.number && each.file === "here");
  const options = issued.map((each) => ({
    label: `Imprimir ${each.number}`,
    note: each.taken_by ? `ya lo entregó ${each.taken_by}` : "",
    pick: () => print(desk, each.number, null),
  }));
  const review = { label: "Ver las solicitudes en revisión", pick: async () => queueMicrotask(() => void reviews(desk)) };
  made.choices([
    { label: "Imprimir el de la persona en atención", options },
    { label: "Del módulo", options: [review] },
  ]);
  const type = select(Object.entries(DOCUMENT_TYPES), "01");
  const document = input({ maxlength: "15", autocomplete: "off", spellcheck: "false", required: "" });
  const number = input({ maxlength: "16", autocomplete: "off", spellcheck: "false", required: "", placeholder: "A01-00001-X" });
  const row = element("div", { class: "sheet-row" }, field("Tipo", type), field("Número de documento", document));
  made.add(element("h3", { class: "sheet-part" }, "Imprimir el de quien trae documento y número de solicitud"));
  made.form("Imprimir", [row, field("Número de solicitud", number)], () => {
    const typed = { type: type.value, number: document.value.toUpperCase().replace(/[^0-9A-Z]/g, "") };
    return print(desk, written(number.value), typed);
  });
  return made.open(made.numbered[0]);
}

/** The number as it is printed, whatever was typed between its parts. @param {string} typed */
function written(typed) {
  const parts = NUMBER.exec(typed.toUpperCase().replace(/[^0-9A-Z]/g, ""));
  if (!parts) throw new Refused("no_number", "El número de solicitud tiene la forma A01-00001-X; revíselo.");
  return parts.slice(1).join("-");
}

/**
 * @param {Desk} desk
 * @param {string} number
 * @param {Document | null} document  null: that of whom the counter serves
 * @param {boolean} [again]
 */
async function print(desk, number, document, again = false) {
  const counter = desk.state().counter?.counter;
  try {
    const { path } = await desk.send(`/api/v1/certificates/${number}/collect`, { counter, document, again });
    if (desk.open(path)) desk.tell(`Certificado ${number}: imprímalo en la ventana que se abrió.`);
  } catch (error) {
    if (!(error instanceof Refused) || error.kind !== "already_collected") throw error;
    const { message } = error;
    queueMicrotask(() => askAgain(message, () => print(desk, number, document, true)));
  }
}

/** @param {string} words @param {() => Promise<void>} pick */
function askAgain(words, pick) {
  const made = new Sheet("Este certificado ya se entregó", words);
  made.choices([{ label: "¿Qué desea hacer?", options: [{ label: "Imprimir otra vez", pick }, { label: "No, volver", pick: async () => {} }] }]);
  made.open(made.numbered[1]);
}

/** What the centre has yet to decide; whoever of them waits here can be called. @param {Desk} desk */
async function reviews(desk) {
  const made = new Sheet("Solicitudes en revisión", "Las decide la central; aquí solo se ve su estado.").open();
  try {
    fill(made, desk, await read("/api/v1/reviews"));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    made.complaint.textContent = error.message;
  }
}

/** @param {Sheet} made @param {Desk} desk @param {{reviews: Review[], total: number}} read */
function fill(made, desk, { reviews: found, total }) {
  made.choices([{ label: "Su persona espera ahora", options: found.filter(waits).map((each) => call(desk, each)) }]);
  const rows = found.filter((each) => !waits(each)).map((each) => row(desk, each));
  if (rows.length > 0) made.add(element("ul", { class: "reviews" }, ...rows));
  if (found.length === 0) made.add(element("p", { class: "soft" }, "Ninguna solicitud de este módulo está en revisión."));
  if (total > found.length) made.add(element("p", { class: "soft" }, `Se muestran las ${found.length} más antiguas de ${total}.`));
  made.numbered[0]?.focus();
}

/** @param {Desk} desk @param {Review} review */
function row(desk, review) {
  return element("li", {}, element("strong", {}, review.number), element("span", { class: "soft" }, since(desk, review)));
}

/** @param {Review} review */
function waits({ ticket }) {
  return ticket !== null;
}

/** @param {Desk} desk @param {Review} review */
function call(desk, review) {
  const pick = async () => {
    const called = await desk.send(`/api/v1/counters/${desk.state().counter?.counter}/call`, { ticket_id: review.ticket_id });
    desk.tell(`Llamó al turno ${called.number}.`);
  };
  return { label: `${review.number}: llamar ${review.ticket}`, note: since(desk, review), pick };
}

/** @param {Desk} desk @param {Review} review */
function since(desk, review) {
  return `en revisión ${ago((desk.now() - Date.parse(review.since)) / 1000)}`;
}
