// @ts-check
// A dialog that asks one thing: the browser keeps the focus inside, Escape closes it, and each choice
// has a key: 1 to 9, then A to Z.
//
// What the server refuses is said inside, next to what was pressed, and the focus stays there.

import { Refused } from "./api.js";
import { element } from "./dom.js";

const KEYS = "123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/**
 * @typedef {object} Option
 * @property {string} label
 * @property {string} [note]
 * @property {string} [mood]  preferential, danger
 * @property {() => Promise<unknown>} pick
 *
 * @typedef {{label: string, options: Option[]}} Group
 */

export class Sheet {
  /**
   * @param {string} title
   * @param {string} [lead]
   */
  constructor(title, lead = "") {
    const heading = element("h2", { id: "sheet-title" }, title);
    const close = element("button", { type: "button", class: "sheet-close" }, "Cerrar ", key("Esc"));
    this.body = element("div", { class: "sheet-body" });
    this.complaint = element("p", { class: "sheet-complaint", role: "alert" });
    this.dialog = /** @type {HTMLDialogElement} */ (
      element(
        "dialog",
        { class: "sheet", "aria-labelledby": "sheet-title" },
        element("header", { class: "sheet-head" }, heading, close),
        lead ? element("p", { class: "sheet-lead" }, lead) : null,
        this.body,
        this.complaint,
      )
    );
    /** @type {HTMLButtonElement[]} */
    this.numbered = [];
    this.working = false;
    close.addEventListener("click", () => this.close());
    this.dialog.addEventListener("keydown", (event) => this.onKey(event));
    this.dialog.addEventListener("close", () => this.dialog.remove());
  }

  /**
   * Show it, with the focus on `first`, or on the first thing that can be pressed.
   * @param {HTMLElement | null} [first]
   */
  open(first = null) {
    document.body.append(this.dialog);
    this.dialog.showModal();
    const control = first ?? this.body.querySelector("input, select, button");
    if (control instanceof HTMLElement) control.focus();
    return this;
  }

  close() {
    this.dialog.close();
  }

  /** @param {...(Node | null)} nodes */
  add(...nodes) {
    this.body.append(...nodes.filter((each) => each !== null));
    return this;
  }

  /**
   * Groups of buttons; each is pressed by its key too.
   * @param {Group[]} groups
   */
  choices(groups) {
    return this.add(...groups.filter((each) => each.options.length > 0).map((each) => this.group(each)));
  }

  /**
   * The same side by side.
   * @param {Group[]} groups
   */
  columns(groups) {
    return this.add(element("div", { class: "columns" }, ...groups.map((each) => this.group(each))));
  }

  /** @param {Group} group */
  group({ label, options }) {
    const buttons = options.map((option) => this.option(option));
    return element(
      "section",
      { class: "sheet-group", "aria-label": label },
      element("h3", {}, label),
      element("div", { class: "options" }, ...buttons),
    );
  }

  /** @param {Option} option */
  option({ label, note = "", mood = "", pick }) {
    const letter = KEYS[this.numbered.length] ?? null;
    const button = /** @type {HTMLButtonElement} */ (
      element(
        "button",
        { type: "button", class: "option", "data-mood": mood, "aria-keyshortcuts": letter },
        letter ? key(letter) : null,
        element("span", { class: "option-label" }, label),
        note ? element("span", { class: "option-note" }, note) : null,
      )
    );
    button.addEventListener("click", () => void this.attempt(pick));
    this.numbered.push(button);
    return button;
  }

  /**
   * A form with one button; Enter in any field sends it too.
   * @param {string} label
   * @param {HTMLElement[]} fields
   * @param {() => Promise<unknown>} send
   */
  form(label, fields, send) {
    const button = element("button", { class: "sheet-send", type: "submit" }, `${label} `, key("↵"));
    const form = element("form", { class: "sheet-form" }, ...fields, button);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.attempt(send);
    });
    return this.add(form);
  }

  /**
   * Do it once; close when it worked, say why when it did not.
   * @param {() => Promise<unknown>} work  answering false keeps the sheet open
   */
  async attempt(work) {
    if (this.working) return;
    this.working = true;
    this.dialog.setAttribute("aria-busy", "true");
    this.complaint.textContent = "";
    try {
      if ((await work()) !== false) this.close();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.complaint.textContent = error.message;
    } finally {
      this.working = false;
      this.dialog.removeAttribute("aria-busy");
    }
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) return;
    const chosen = event.key.length === 1 && this.numbered[KEYS.indexOf(event.key.toUpperCase())];
    if (chosen) {
      event.preventDefault();
      chosen.click();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      this.step(event.key === "ArrowDown" ? 1 : -1) && event.preventDefault();
    }
  }

  /** @param {number} by */
  step(by) {
    const at = this.numbered.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const to = this.numbered[at + by];
    if (at < 0 || !to) return false;
    to.focus();
    return true;
  }
}

/** @param {string} name */
export function key(name) {
  return element("kbd", { "aria-hidden": "true" }, name);
}

/**
 * A labelled field.
 * @param {string} label
 * @param {HTMLElement} control
 */
export function field(label, control) {
  return element("label", { class: "field" }, element("span", {}, label), control);
}

/**
 * @param {Record<string, string | null>} attributes
 * @returns {HTMLInputElement}
 */
export function input(attributes) {
  return /** @type {HTMLInputElement} */ (element("input", attributes));
}

/**
 * @param {[string, string][]} options  value, words
 * @param {string} chosen
 * @returns {HTMLSelectElement}
 */
export function select(options, chosen) {
  const made = options.map(([value, words]) =>
    element("option", { value, selected: value === chosen ? "" : null }, words),
  );
  return /** @type {HTMLSelectElement} */ (element("select", {}, ...made));
}
