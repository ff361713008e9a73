// @ts-check
// The week: when the site opens, its breaks, and until when turns are given; drawn as it is typed.

import { put, site } from "./administration_api.js";
import { Field, Form, press } from "./administration_form.js";
import { element } from "./dom.js";
import { drawWeek } from "./administration_week.js";

export const WEEKDAYS = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"];
const USUAL = { opens: "08:00", closes: "16:45", last_ticket: "16:15" };

/**
 * @typedef {{weekday: number, opens: string, closes: string, last_ticket: string}} Session
 */

/** @type {import("./administration.js").Section} */
export function hours(box, context) {
  const always = new Field({ name: "always", label: "Abierto siempre, sin horario", kind: "checkbox", hint: "Solo para pruebas o puestos sin horario: los quioscos darán turnos día y noche." }, site.hours.length === 0);
  const days = WEEKDAYS.map((name, weekday) => new Day(name, site.hours.filter((/** @type {Session} */ each) => each.weekday === weekday), changed));
  const drawing = element("div", { class: "week", role: "img" });
  const table = element("div", { class: "days" }, ...days.map((day) => day.element));
  const tools = element("div", { class: "day-tools" },
    press("Copiar el lunes de martes a viernes", () => {
      for (const day of days.slice(1, 5)) day.set(days[0].sessions(0));
      changed();
    }),
    press("Poner horario de oficina", () => {
      days.forEach((day, at) => day.set(at < 5 ? [USUAL] : at === 5 ? [{ opens: "08:00", closes: "13:45", last_ticket: "13:15" }] : []));
      changed();
    }));

  const form = new Form({
    parts: [drawing, always.box, tools, table],
    button: "Guardar el horario",
    check: () => (always.value || sessions().length ? "" : "Agregue al menos un horario, o marque «Abierto siempre»."),
    async save() {
      if (sessions().some((each) => !each.opens || !each.closes || !each.last_ticket)) {
        form.summary.textContent = "Complete las tres horas de cada horario.";
        return;
      }
      try {
        await put("hours", { hours: always.value ? [] : sessions() });
      } catch (error) {
        const { field = "" } = /** @type {any} */ (error).members ?? {};
        const day = days.find((each) => field === `hours.${each.name}`);
        if (!day) throw error;
        form.touch();
        day.complain(/** @type {any} */ (error).message);
        return;
      }
      await context.saved("El horario quedó guardado y vale desde ahora.");
    },
  });

  function sessions() {
    return days.flatMap((day, weekday) => day.sessions(weekday));
  }
  function draw() {
    const all = always.value;
    table.hidden = all;
    tools.hidden = all;
    drawWeek(drawing, all ? null : sessions());
  }
  function changed() {
    form.touch();
    draw();
  }
  always.control.addEventListener("change", changed);
  draw();
  box.replaceChildren(element("h2", {}, "Horario"), form.element);
}

class Day {
  /**
   * @param {string} name
   * @param {Session[]} sessions
   * @param {() => void} onChange
   */
  constructor(name, sessions, onChange) {
    this.name = name;
    this.onChange = onChange;
    this.rows = element("div", { class: "day-rows" });
    this.error = element("p", { class: "field-error", role: "alert" });
    this.add = press("", () => {
      const last = this.sessions(0).at(-1);
      this.append(last ? { opens: plus(last.closes, 60), closes: plus(last.closes, 240), last_ticket: plus(last.closes, 210) } : USUAL);
      this.settle();
      onChange();
      /** @type {HTMLElement | null} */ (this.rows.lastElementChild?.querySelector("input"))?.focus();
    });
    this.element = element("fieldset", { class: "day", "data-day": name },
      element("legend", {}, name), this.rows, this.add, this.error);
    this.set(sessions);
  }

  /** @param {{opens: string, closes: string, last_ticket: string}[]} sessions */
  set(sessions) {
    this.rows.replaceChildren();
    for (const each of sessions) this.append(each);
    this.settle();
  }

  /** @param {{opens: string, closes: string, last_ticket: string}} session */
  append(session) {
    const row = element("div", { class: "day-row" },
      time("Abre", "opens", session.opens, this.name), time("Cierra", "closes", session.closes, this.name),
      time("Último turno", "last_ticket", session.last_ticket, this.name));
    const drop = press("Quitar", () => {
      row.remove();
      this.settle();
      this.onChange();
      this.add.focus();
    });
    drop.setAttribute("aria-label", `Quitar este horario del ${this.name}`);
    row.append(drop);
    row.addEventListener("input", () => this.onChange());
    this.rows.append(row);
  }

  settle() {
    const any = this.rows.childElementCount > 0;
    this.add.textContent = any ? "Agregar otro horario" : "Abrir este día";
    this.add.setAttribute("aria-label", `${this.add.textContent}: ${this.name}`);
    this.element.dataset.closed = String(!any);
    this.complain("");
  }

  /**
   * @param {number} weekday
   * @returns {Session[]}
   */
  sessions(weekday) {
    return [...this.rows.children].map((row) => {
      const typed = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (row.querySelector(`[name=${name}]`)).value;
      return { weekday, opens: typed("opens"), closes: typed("closes"), last_ticket: typed("last_ticket") };
    });
  }

  /** @param {string} words */
  complain(words) {
    this.error.textContent = words;
    if (words) /** @type {HTMLElement | null} */ (this.rows.querySelector("input"))?.focus();
  }
}

/**
 * @param {string} label
 * @param {string} name
 * @param {string} value
 * @param {string} day
 */
function time(label, name, value, day) {
  const input = /** @type {HTMLInputElement} */ (element("input", { type: "time", name, required: "", "aria-label": `${label}, ${day}` }));
  input.value = value;
  return element("label", { class: "day-time" }, element("span", { "aria-hidden": "true" }, label), input);
}

/**
 * @param {string} clock
 * @param {number} minutes
 */
function plus(clock, minutes) {
  const [hour, minute] = clock.split(":").map(Number);
  const total = Math.min((hour || 0) * 60 + (minute || 0) + minutes, 23 * 60 + 59);
  return `${String(Math.floor(total / 60)).padStart(2, "0")}:${String(total % 60).padStart(2, "0")}`;
}
