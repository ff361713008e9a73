// @ts-check
// Days that are not like the others: holidays, and days with special hours.

import { Refused, read } from "./api.js";
import { put, remove, site } from "./administration_api.js";
import { Field, Form, group, press } from "./administration_form.js";
import { element } from "./dom.js";
import { WEEKDAYS } from "./administration_hours.js";

const MONTHS = ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "setiembre", "octubre", "noviembre", "diciembre"];

/** @param {string} day  2026-07-28 */
export function longDay(day) {
  const [year, month, number] = day.split("-").map(Number);
  const weekday = (new Date(Date.UTC(year, month - 1, number)).getUTCDay() + 6) % 7;
  return `${WEEKDAYS[weekday]} ${number} de ${MONTHS[month - 1]} de ${year}`;
}

/** @type {import("./administration.js").Section} */
export function holidays(box, context) {
  const today = new Date(site.now).toLocaleDateString("sv-SE", { timeZone: site.site.zone });
  const coming = site.closures.filter((/** @type {any} */ each) => each.day >= today);
  const past = site.closures.filter((/** @type {any} */ each) => each.day < today);
  const trouble = element("p", { class: "form-summary", role: "alert" });

  /** @param {any} closure */
  async function drop(closure) {
    if (!window.confirm(`¿Quitar «${closure.name}»? El ${longDay(closure.day)} volverá a ser un día normal.`)) return;
    try {
      await remove(`closures/${closure.day}`);
      await context.saved("El día volvió a ser normal.");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      trouble.textContent = error.message;
    }
  }
  /** @param {any} closure */
  function row(closure) {
    const away = press("Quitar", () => void drop(closure));
    away.setAttribute("aria-label", `Quitar ${closure.name}, ${longDay(closure.day)}`);
    return element("tr", { "data-day": closure.day },
      element("td", {}, element("strong", {}, longDay(closure.day)), element("span", { class: "row-note" }, closure.name)),
      element("td", {}, closure.opens ? `${closure.opens} a ${closure.closes}` : "Cerrado"),
      element("td", { class: "row-action" }, away));
  }
  /** @param {any[]} rows */
  const table = (rows) => element("table", { class: "rows" }, element("tbody", {}, ...rows.map(row)));
  const none = element("p", { class: "soft" }, "No hay feriados ni días especiales por venir.");
  box.replaceChildren(
    element("h2", {}, "Feriados y días especiales"),
    element("div", { class: "split", "data-open": "" },
      element("div", { class: "list" }, trouble, coming.length ? table(coming) : none,
        past.length ? element("details", { class: "past" }, element("summary", {}, `Pasados (${past.length})`), table(past)) : null),
      element("div", { class: "editor" }, suggestions(context, today).element, oneDay(context, today).element)));
}

/**
 * @param {import("./administration.js").Context} context
 * @param {string} today
 */
function oneDay(context, today) {
  return new Form({
    parts: [group("Agregar un día", [
      new Field({ name: "day", label: "Día", kind: "date", attributes: { required: "", min: today } }, null),
      new Field({ name: "name", label: "Motivo", hint: "Se dice a la gente: «Hoy es feriado (…)».", attributes: { required: "", maxlength: "80" } }, ""),
      new Field({ name: "opens", label: "Abre (solo si atiende)", kind: "time" }, null),
      new Field({ name: "closes", label: "Cierra", kind: "time" }, null),
    ])],
    button: "Agregar el día",
    async save(values) {
      await put("closures", { closures: [values] });
      await context.saved(`«${values.name}» quedó agregado.`);
    },
  });
}

/**
 * @param {import("./administration.js").Context} context
 * @param {string} today
 */
function suggestions(context, today) {
  const year = new Field({ name: "year", label: "Año", kind: "number", attributes: { min: "2000", max: "2200", required: "" } }, Number(today.slice(0, 4)));
  const list = element("fieldset", { class: "suggested", hidden: "" });
  /** @type {{day: string, name: string, box: HTMLInputElement}[]} */
  let offered = [];

  const form = new Form({
    parts: [group("Feriados nacionales del Perú", [year]), press("Proponer los feriados", () => void propose(), "add propose"), list],
    button: "Agregar los elegidos",
    async save() {
      const closures = offered.filter((each) => each.box.checked && !each.box.disabled).map(({ day, name }) => ({ day, name }));
      if (closures.length === 0) throw new Refused("not_valid", "Elija al menos un feriado de la lista.");
      await put("closures", { closures });
      await context.saved(`${closures.length === 1 ? "Se agregó 1 feriado" : `Se agregaron ${closures.length} feriados`}.`);
    },
  });
  form.submit.hidden = true;

  async function propose() {
    if (!form.valid()) return;
    const found = (await read(`/api/v1/admin/holidays?year=${year.value}`)).holidays;
    offered = found.map((/** @type {any} */ each) => {
      const off = each.known || each.day < today;
      const tick = /** @type {HTMLInputElement} */ (element("input", { type: "checkbox", disabled: off ? "" : null }));
      tick.checked = each.known || !off;
      return { ...each, box: tick };
    });
    list.hidden = false;
    list.replaceChildren(element("legend", {}, "Sugeridos: quite los que no correspondan"),
      ...offered.map((/** @type {any} */ each) => element("label", { class: "suggestion" }, each.box,
        element("span", {}, each.name, element("span", { class: "row-note" }, `${longDay(each.day)}${each.known ? " · ya está" : each.day < today ? " · ya pasó" : ""}`)))));
    form.submit.hidden = false;
    form.submit.focus();
  }
  return form;
}
