// @ts-check
// Who waits: a row a service, and below it the tickets, callable one by one.

import { arrange, byId, element, write } from "./dom.js";
import { CLASSES, counted, lasting, say } from "./words.js";

const LISTED = 100; // at most so many come with the state

/**
 * @typedef {import("./console_state.js").State} State
 * @typedef {import("./console_state.js").Waiting} Waiting
 * @typedef {import("./console_state.js").Queue} Queue
 * @typedef {{item: HTMLElement, parts: Record<string, HTMLElement>}} Row
 */

export class Line {
  /**
   * @param {object} parts
   * @param {(ticket: Waiting) => void} parts.call
   * @param {(ticket: Waiting) => void} parts.more
   * @param {() => number} parts.now  ms since 1970, by the server's clock
   * @param {(instant: number) => string} parts.hour
   */
  constructor({ call, more, now, hour }) {
    this.call = call;
    this.more = more;
    this.now = now;
    this.hour = hour;
    /** @type {string | null} the service shown alone */
    this.only = null;
    /** @type {State | null} */
    this.state = null;
    /** @type {Map<string, Row>} */
    this.rows = new Map();
    byId("line").addEventListener("keydown", (event) => this.onKey(event));
  }

  /** @param {State} state */
  show(state) {
    this.state = state;
    const total = state.waiting.reduce((sum, row) => sum + row.general + row.preferential, 0);
    write(byId("total"), String(total));
    write(byId("total-word"), total === 1 ? "persona" : "personas");
    arrange(byId("queues"), state.waiting.map((row) => this.queue(row)));
    const listed = state.line.filter((each) => this.only === null || each.service === this.only);
    const box = byId("line");
    const held = [...box.children].findIndex((each) => each.contains(document.activeElement));
    arrange(box, listed.map((each) => this.row(each)));
    if (held >= 0 && !box.contains(document.activeElement)) this.focus(held);
    this.forget(new Set(state.line.map((each) => each.ticket_id)));
    byId("line-empty").hidden = listed.length > 0;
    write(byId("line-empty"), this.only ? "Nadie espera por este servicio." : "Nadie espera.");
    byId("line-more").hidden = state.line.length < LISTED;
  }

  tick() {
    if (this.state) this.show(this.state);
  }

  /** The ticket at `place`, or the last, or the big button when nobody waits. */
  focus(place = 0) {
    const rows = byId("line").children;
    const call = rows[Math.min(place, rows.length - 1)]?.querySelector(".row-call");
    const target = call ?? byId("primary");
    if (target instanceof HTMLElement) target.focus();
    return call !== undefined;
  }

  /** @param {Set<string>} listed */
  forget(listed) {
    for (const id of this.rows.keys()) {
      if (!id.startsWith("queue:") && !listed.has(id)) this.rows.delete(id);
    }
  }

  /** @param {Queue} row */
  queue(row) {
    const { item, parts } = this.known(`queue:${row.service}`, () => this.newQueue(row));
    const waited = row.since ? this.now() - Date.parse(row.since) : 0;
    const people = row.general + row.preferential;
    const late = people > 0 && this.late(waited);
    const longest = people ? `${late ? "▲ " : ""}${lasting(waited)}` : "—";
    write(parts.name, row.name);
    write(parts.preferential, String(row.preferential));
    write(parts.general, String(row.general));
    write(parts.wait, longest);
    parts.button.dataset.late = String(late);
    parts.preferential.dataset.none = String(row.preferential === 0);
    parts.general.dataset.none = String(row.general === 0);
    parts.button.setAttribute("aria-pressed", String(this.only === row.service));
    const spoken = [
      row.name,
      counted(people, "persona", "personas"),
      counted(row.preferential, "preferencial", "preferenciales"),
      people ? `la espera más larga, ${lasting(waited)}${late ? ", demasiado" : ""}` : "",
    ];
    parts.button.setAttribute("aria-label", spoken.filter(Boolean).join(", "));
    return item;
  }

  /** @param {Queue} row */
  newQueue(row) {
    const parts = {
      name: element("span", { class: "queue-name" }),
      preferential: element("span", { class: "queue-count", "data-class": "preferential" }),
      general: element("span", { class: "queue-count", "data-class": "general" }),
      wait: element("span", { class: "queue-wait" }),
    };
    const series = element("span", { class: "series" }, row.series);
    const { name, preferential, general, wait } = parts;
    const shown = [series, name, preferential, general, wait];
    const button = element("button", { type: "button", class: "queue", "data-service": row.service }, ...shown);
    button.addEventListener("click", () => {
      this.only = this.only === row.service ? null : row.service;
      this.tick();
    });
    return { item: element("li", {}, button), parts: { ...parts, button } };
  }

  /** @param {Waiting} ticket */
  row(ticket) {
    const { item, parts } = this.known(ticket.ticket_id, () => this.newRow(ticket.ticket_id));
    const waited = this.now() - Date.parse(ticket.arrived_at);
    const late = this.late(waited);
    const preferential = ticket.attention_class === "preferential";
    const name = `${ticket.number}, ${say(CLASSES, ticket.attention_class)}`;
    Object.assign(item.dataset, { ticket: ticket.number, class: ticket.attention_class });
    Object.assign(item.dataset, { state: ticket.state, late: String(late) });
    write(parts.number, ticket.number);
    write(parts.class, preferential ? "★" : "");
    parts.class.title = say(CLASSES, ticket.attention_class);
    write(parts.what, this.what(ticket));
    write(parts.wait, `${late ? "▲ " : ""}${lasting(waited)}`);
    parts.call.setAttribute("aria-label", `Llamar ${name}`);
    parts.more.setAttribute("aria-label", `Más acciones de ${name}`);
    return item;
  }

  /** @param {string} id */
  newRow(id) {
    const parts = {
      number: element("span", { class: "row-number" }),
      class: element("span", { class: "row-class" }),
      what: element("span", { class: "row-what" }),
      wait: element("span", { class: "row-wait" }),
      call: element("button", { type: "button", class: "row-call" }, "Llamar"),
      more: element("button", { type: "button", class: "row-more" }, "···"),
    };
    const ticket = () => this.state?.line.find((each) => each.ticket_id === id);
    for (const act of /** @type {const} */ (["call", "more"])) {
      parts[act].addEventListener("click", () => {
        const meant = ticket();
        if (meant) this[act](meant);
      });
    }
    return { item: element("li", { class: "row" }, ...Object.values(parts)), parts };
  }

  /**
   * @param {string} id
   * @param {() => Row} make
   */
  known(id, make) {
    const row = this.rows.get(id) ?? make();
    this.rows.set(id, row);
    return row;
  }

  /** @param {Waiting} ticket */
  what(ticket) {
    const service = this.state?.services.find((each) => each.code === ticket.service)?.name ?? ticket.service;
    const due = ticket.due_at ? Date.parse(ticket.due_at) : null;
    const later = due !== null && due > this.now() ? `, vuelve a las ${this.hour(due)}` : "";
    if (ticket.state === "on_hold") return `Aparte: ${ticket.held}${later}`;
    if (ticket.no_shows > 0) return `Estuvo ausente${later}`;
    if (ticket.aimed_at) return `Derivado a ${this.aim(ticket.aimed_at)}`;
    return ticket.people > 1 ? `${service} · ${ticket.people} personas` : service;
  }

  /** @param {string} aim */
  aim(aim) {
    const [kind, code] = aim.split(":");
    if (kind === "counter") return this.state?.counters.find((each) => each.counter === code)?.name ?? code;
    return this.state?.pools.find((each) => each.code === code)?.name ?? code;
  }

  /** @param {number} waited */
  late(waited) {
    return this.state !== null && waited >= this.state.wait_alarm_min * 60000;
  }

  /** Up and down between tickets, left and right between their two buttons. @param {KeyboardEvent} event */
  onKey(event) {
    if (!(event.target instanceof HTMLElement)) return;
    const row = event.target.closest("li");
    const same = event.target.classList.contains("row-more") ? ".row-more" : ".row-call";
    const aimed = {
      ArrowDown: row?.nextElementSibling?.querySelector(same),
      ArrowUp: row?.previousElementSibling?.querySelector(same),
      ArrowLeft: row?.querySelector(".row-call"),
      ArrowRight: row?.querySelector(".row-more"),
    }[event.key];
    if (!(aimed instanceof HTMLElement)) return;
    event.preventDefault();
    aimed.focus();
  }
}
