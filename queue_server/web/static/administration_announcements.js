// @ts-check
// What the displays say besides the calls.

import { Refused, newKey } from "./api.js";
import { put, remove, site } from "./administration_api.js";
import { Field, Form, group, mayLeave, press } from "./administration_form.js";
import { longDay } from "./administration_holidays.js";
import { element } from "./dom.js";

/** Which announcement is changed; "" a new one. */
let chosen = "";

/** @type {import("./administration.js").Section} */
export function announcements(box, context) {
  const today = new Date(site.now).toLocaleDateString("sv-SE", { timeZone: site.site.zone });
  const trouble = element("p", { class: "form-summary", role: "alert" });

  /** @param {any} each */
  async function drop(each) {
    if (!window.confirm("¿Quitar este anuncio de las pantallas?")) return;
    try {
      await remove(`announcements/${each.id}`);
      chosen = "";
      await context.saved("El anuncio quedó quitado.");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      trouble.textContent = error.message;
    }
  }
  /** @param {string} id */
  function choose(id) {
    if (!mayLeave()) return;
    chosen = id;
    context.again();
    /** @type {HTMLElement | null} */ (box.querySelector("textarea"))?.focus();
  }
  const rows = site.announcements.map((/** @type {any} */ each) => {
    const edit = press("Cambiar", () => choose(each.id));
    const away = press("Quitar", () => void drop(each));
    edit.setAttribute("aria-label", `Cambiar: ${each.words}`);
    away.setAttribute("aria-label", `Quitar: ${each.words}`);
    return element("tr", { "data-chosen": each.id === chosen ? "" : null },
      element("td", {}, element("strong", {}, each.words), element("span", { class: "row-note" }, when(each))),
      element("td", {}, showing(each, today)),
      element("td", { class: "row-action" }, edit, away));
  });
  box.replaceChildren(
    element("h2", {}, "Anuncios"),
    element("div", { class: "split", "data-open": "" },
      element("div", { class: "list" }, trouble,
        rows.length ? element("table", { class: "rows" }, element("tbody", {}, ...rows)) : element("p", { class: "soft" }, "Las pantallas no muestran ningún anuncio.")),
      element("div", { class: "editor" }, editor(context, choose).element)));
}

/** @param {any} each */
function when(each) {
  const from = each.first_day ? `desde el ${longDay(each.first_day)}` : "";
  const until = each.last_day ? `hasta el ${longDay(each.last_day)}` : "";
  return [from, until].filter(Boolean).join(" ") || "Todos los días, hasta que se quite";
}

/**
 * @param {any} each
 * @param {string} today
 */
function showing(each, today) {
  if (each.first_day && each.first_day > today) return "Por empezar";
  return each.last_day && each.last_day < today ? "Terminado" : "Se muestra hoy";
}

/**
 * @param {import("./administration.js").Context} context
 * @param {(id: string) => void} choose
 */
function editor(context, choose) {
  const find = () => site.announcements.find((/** @type {any} */ each) => each.id === chosen);
  const now = find() ?? { words: "", first_day: null, last_day: null };
  const id = chosen || newKey();
  return new Form({
    parts: [group(chosen ? "Cambiar el anuncio" : "Anuncio nuevo", [
      new Field({ name: "words", label: "Texto", kind: "area", wide: true, hint: "Una frase corta; se lee de lejos.", attributes: { required: "", maxlength: "200" } }, now.words),
      new Field({ name: "first_day", label: "Primer día", kind: "date", hint: "Vacío: desde ya." }, now.first_day),
      new Field({ name: "last_day", label: "Último día", kind: "date", hint: "Vacío: hasta quitarlo." }, now.last_day),
    ])],
    button: chosen ? "Guardar el anuncio" : "Mostrar en las pantallas",
    cancel: chosen ? () => choose("") : undefined,
    latest: find,
    async save(values) {
      await put(`announcements/${id}`, values);
      chosen = "";
      await context.saved("El anuncio quedó guardado.");
    },
  });
}
