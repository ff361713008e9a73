// @ts-check
// Forms: labelled fields, errors beside them, what was typed is never lost without a question.

import { Refused } from "./api.js";
import { element } from "./dom.js";

/** Forms with something typed that is not saved. @type {Set<Form>} */
const unsaved = new Set();

/** True when something typed would be lost. */
export function anythingUnsaved() {
  return unsaved.size > 0;
}

/** Forget what was typed: the person said so. */
export function discardAll() {
  unsaved.clear();
}

/** Asks before typed words are lost; true: go on. */
export function mayLeave() {
  if (!anythingUnsaved()) return true;
  const leave = window.confirm("Hay cambios sin guardar. ¿Salir y perderlos?");
  if (leave) discardAll();
  return leave;
}

window.addEventListener("beforeunload", (event) => {
  if (anythingUnsaved()) event.preventDefault();
});

/**
 * @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control
 *
 * @typedef {object} FieldOptions
 * @property {string} name
 * @property {string} label
 * @property {string} [kind]  text, number, time, date, checkbox, select, area
 * @property {string} [hint]
 * @property {Record<string, string | null>} [attributes]
 * @property {[string, string][]} [options]
 * @property {boolean} [wide]
 */

let made = 0;

export class Field {
  /**
   * @param {FieldOptions} options
   * @param {any} value
   */
  constructor({ name, label, kind = "text", hint = "", attributes = {}, options = [], wide = false }, value) {
    this.name = name;
    this.kind = kind;
    const id = `field-${(made += 1)}`;
    this.control = control(kind, { id, name, "aria-describedby": `${id}-error${hint ? ` ${id}-hint` : ""}`, ...attributes }, options);
    if (attributes.class === "caps") this.control.addEventListener("input", () => (this.control.value = this.control.value.toUpperCase()));
    this.error = element("p", { id: `${id}-error`, class: "field-error", role: "alert" });
    this.latest = element("p", { class: "field-latest", hidden: "" });
    const words = element("label", { for: id }, label);
    const help = hint ? element("p", { id: `${id}-hint`, class: "field-hint" }, hint) : null;
    const parts = kind === "checkbox" ? [element("div", { class: "field-check" }, this.control, words)] : [words, this.control];
    this.box = element("div", { class: "field", "data-kind": kind, "data-wide": wide ? "" : null }, ...parts, help, this.latest, this.error);
    this.value = value;
    this.before = this.value;
  }

  /** @returns {any} null for an empty number, time or date */
  get value() {
    if (this.control instanceof HTMLInputElement && this.kind === "checkbox") return this.control.checked;
    const typed = this.control.value;
    if (this.kind === "number") return typed === "" ? null : Number(typed);
    if (this.kind === "time" || this.kind === "date") return typed || null;
    return typed.trim();
  }

  set value(value) {
    if (this.control instanceof HTMLInputElement && this.kind === "checkbox") this.control.checked = Boolean(value);
    else this.control.value = value ?? "";
  }

  get changed() {
    return this.value !== this.before;
  }

  /** @returns {string} what is wrong with what was typed, "" when nothing is */
  get fault() {
    const { validity } = this.control;
    if (validity.valid) return "";
    if (validity.valueMissing) return "Complete este campo.";
    if (validity.badInput) return "Esto no es un valor completo.";
    const { min, max, title, maxLength } = /** @type {HTMLInputElement} */ (this.control);
    if (validity.rangeUnderflow || validity.rangeOverflow) return `Escriba un número de ${min} a ${max}.`;
    if (validity.tooLong) return `Puede tener hasta ${maxLength} letras.`;
    return title || "Revise este campo.";
  }

  /** @param {string} words */
  complain(words) {
    this.error.textContent = words;
    if (words) this.control.setAttribute("aria-invalid", "true");
    else this.control.removeAttribute("aria-invalid");
  }

  /**
   * What the server has by now, shown where somebody else changed it.
   * @param {any} value
   */
  compare(value) {
    const differs = (value ?? "") !== (this.before ?? "");
    this.latest.hidden = !differs;
    this.latest.textContent = differs ? `Otra persona escribió: ${shown(value)}` : "";
  }
}

/** @param {any} value */
function shown(value) {
  if (typeof value === "boolean") return value ? "sí" : "no";
  return value === null || value === "" ? "(vacío)" : String(value);
}

/**
 * @param {string} kind
 * @param {Record<string, string | null>} attributes
 * @param {[string, string][]} options
 * @returns {Control}
 */
function control(kind, attributes, options) {
  if (kind === "select") {
    const choices = options.map(([value, words]) => element("option", { value }, words));
    return /** @type {HTMLSelectElement} */ (element("select", attributes, ...choices));
  }
  if (kind === "area") return /** @type {HTMLTextAreaElement} */ (element("textarea", { rows: "3", ...attributes }));
  return /** @type {HTMLInputElement} */ (element("input", { type: kind, autocomplete: "off", ...attributes }));
}

/**
 * @typedef {object} FormOptions
 * @property {(Field | HTMLElement)[]} parts
 * @property {string} [button]
 * @property {(values: Record<string, any>) => Promise<unknown>} save
 * @property {() => Record<string, any> | null} [latest]  what the server has, after `stale`
 * @property {() => void} [cancel]
 * @property {HTMLElement[]} [more]  further buttons
 * @property {() => string} [check]  a fault of the whole form, "" when there is none
 */

export class Form {
  /** @param {FormOptions} options */
  constructor({ parts, button = "Guardar", save, latest, cancel, more = [], check = () => "" }) {
    /** @type {Field[]} */
    this.fields = parts.flatMap((part) => (part instanceof Field ? [part] : fieldsIn(part)));
    this.summary = element("p", { class: "form-summary", role: "alert" });
    this.submit = /** @type {HTMLButtonElement} */ (element("button", { class: "save", type: "submit" }, button));
    const back = cancel ? element("button", { class: "plain-button", type: "button" }, "Cancelar") : null;
    this.element = /** @type {HTMLFormElement} */ (
      element("form", { class: "form", novalidate: "" },
        ...parts.map((part) => (part instanceof Field ? part.box : part)),
        this.summary,
        element("div", { class: "form-buttons" }, this.submit, back, ...more))
    );
    this.save = save;
    this.latest = latest;
    this.check = check;
    this.extraDirty = false;
    this.busy = false;
    back?.addEventListener("click", () => {
      if (!this.dirty || mayLeave()) {
        unsaved.delete(this);
        cancel?.();
      }
    });
    this.element.addEventListener("input", () => this.note());
    this.element.addEventListener("change", () => this.note());
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
  }

  get dirty() {
    return this.extraDirty || this.fields.some((field) => field.changed);
  }

  note() {
    if (this.dirty) unsaved.add(this);
    else unsaved.delete(this);
    this.element.dataset.dirty = String(this.dirty);
  }

  /** Something that is no field changed. */
  touch() {
    this.extraDirty = true;
    this.note();
  }

  values() {
    return Object.fromEntries(this.fields.map((field) => [field.name, field.value]));
  }

  async send() {
    if (this.busy || !this.valid()) return;
    this.busy = true;
    this.submit.setAttribute("aria-disabled", "true");
    this.summary.textContent = "";
    try {
      // Whoever saves shows everything anew, so nothing of this form is unsaved from here on.
      unsaved.delete(this);
      await this.save(this.values());
    } catch (error) {
      this.note();
      if (!(error instanceof Refused)) throw error;
      this.refuse(error);
    } finally {
      this.busy = false;
      this.submit.removeAttribute("aria-disabled");
    }
  }

  valid() {
    let first = null;
    for (const field of this.fields) {
      field.complain(field.fault);
      if (field.fault) first ??= field;
    }
    first?.control.focus();
    const fault = first ? "" : this.check();
    this.summary.textContent = fault;
    return first === null && fault === "";
  }

  /** @param {Refused} refusal */
  refuse(refusal) {
    const named = this.fields.find((field) => field.name === refusal.members.field);
    if (named) {
      named.complain(refusal.message);
      named.control.focus();
      return;
    }
    this.summary.textContent = refusal.message;
    this.summary.scrollIntoView({ block: "nearest" });
    const now = refusal.kind === "stale" ? this.latest?.() : null;
    if (now) for (const field of this.fields) if (field.name in now) field.compare(now[field.name]);
  }
}

/** @type {WeakMap<HTMLElement, Field[]>} */
const grouped = new WeakMap();

/** @param {HTMLElement} part */
function fieldsIn(part) {
  return grouped.get(part) ?? [];
}

/**
 * Fields under one heading.
 * @param {string} title
 * @param {Field[]} fields
 * @param {string} [hint]
 */
export function group(title, fields, hint = "") {
  const box = element("fieldset", { class: "group" },
    element("legend", {}, title),
    hint ? element("p", { class: "group-hint" }, hint) : null,
    element("div", { class: "group-fields" }, ...fields.map((field) => field.box)));
  grouped.set(box, fields);
  return box;
}

/**
 * @param {string} words
 * @param {() => void} onPress
 * @param {string} [className]
 */
export function press(words, onPress, className = "small") {
  const made = element("button", { type: "button", class: className }, words);
  made.addEventListener("click", onPress);
  return /** @type {HTMLButtonElement} */ (made);
}
