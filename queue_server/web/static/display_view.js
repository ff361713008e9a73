// @ts-check
// Draws the board: the stage with one call, the list beside it, what stands around them.

import { heardKey, listed, onStage, unspoken } from "./display_calls.js";
import { byId, element } from "./dom.js";
import { CLASSES, counted, say } from "./words.js";

/**
 * @typedef {import("./display_calls.js").State} State
 * @typedef {import("./display_calls.js").Call} Call
 * @typedef {import("./display_calls.js").Announcement} Announcement
 * @typedef {{service: string, name: string, series: string, general: number, preferential: number, wait?: {words: string} | null}} Waiting
 */

const ROWS = 6;
const CHIPS = 8;
const LONG_NUMBER = 6;
const MAX_SERVICES = 6;

/**
 * "Ventanilla 12" as its word and its mark, so that the mark can be drawn as large as the number.
 * @param {string} name
 * @returns {{word: string, mark: string}}
 */
export function placeParts(name) {
  const found = /^(.*?)\s*((?:N\.?\s*[º°]\s*)?(\d{1,3}[A-Z]?|[A-Z]\d{0,2}))$/u.exec(name.trim());
  return found ? { word: found[1], mark: found[3] } : { word: name, mark: "" };
}

export class Board {
  /** @param {string} zone  IANA name */
  constructor(zone) {
    const options = { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    this.minute = new Intl.DateTimeFormat("es-PE", /** @type {any} */ (options));
    this.second = new Intl.DateTimeFormat("es-PE", /** @type {any} */ ({ ...options, second: "2-digit" }));
    this.weekday = new Intl.DateTimeFormat("es-PE", { timeZone: zone, weekday: "long" });
    this.day = new Intl.DateTimeFormat("es-PE", { timeZone: zone, day: "numeric", month: "long" });
    /** @type {string | null} what the stage was last drawn from */
    this.drawn = null;
  }

  /** @param {number} now */
  clock(now) {
    const time = this.minute.format(now);
    if (byId("clock").textContent === time) return;
    byId("clock").textContent = time;
    byId("date").textContent = `${this.weekday.format(now)}\n${this.day.format(now)}`;
  }

  /**
   * @param {State} state
   * @param {"call" | "media" | "idle"} mode
   */
  draw(state, mode) {
    document.body.dataset.mode = mode;
    this.stage(state);
    this.list(state);
    const behind = state.waiting.length;
    byId("behind").textContent = behind > 0 ? counted(behind, "llamado más", "llamados más") : "";
    byId("behind").hidden = behind === 0;
  }

  /** @param {State} state */
  stage(state) {
    const call = onStage(state);
    const stage = byId("newest");
    const announcing = state.announcing !== null;
    stage.dataset.announcing = String(announcing);
    const drawn = call && `${heardKey(call)} ${call.counter} ${state.announcing?.key ?? ""}`;
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    delete stage.dataset.paintedAt;
    if (call === null) {
      delete stage.dataset.number;
      return;
    }
    const { word, mark } = placeParts(call.counterName);
    byId("newest-label").textContent = state.announcing?.again ? "Llamado repetido · turno" : "Turno";
    byId("newest-number").textContent = call.number;
    byId("newest-number").dataset.long = String(call.number.length > LONG_NUMBER);
    byId("newest-word").textContent = word;
    byId("newest-mark").textContent = mark;
    byId("newest-place").dataset.mark = String(mark !== "");
    const tag = byId("newest-class");
    tag.textContent = say(CLASSES, call.attentionClass);
    tag.dataset.class = call.attentionClass;
    stage.dataset.class = call.attentionClass;
    stage.dataset.number = call.number;
    if (announcing) summon(stage);
    paintedThen(() => {
      if (this.drawn === drawn) stage.dataset.paintedAt = String(Date.now());
    });
  }

  /** @param {State} state */
  list(state) {
    const staged = onStage(state);
    const { rows, chips, beyond } = listed(state, ROWS, CHIPS);
    byId("recent").replaceChildren(...rows.map((call) => this.row(call, call.number === staged?.number)));
    byId("more").replaceChildren(...chips.map(chip));
    byId("beyond").textContent = beyond > 0 ? `y ${beyond} más` : "";
    byId("more-calls").hidden = chips.length === 0;
    const silent = unspoken(state);
    byId("unspoken").hidden = silent === 0;
    byId("unspoken").textContent =
      silent === 1
        ? "1 turno se llamó sin anuncio de voz: búsquelo en la lista."
        : `${silent} turnos se llamaron sin anuncio de voz: búsquelos en la lista.`;
  }

  /**
   * @param {Call} call
   * @param {boolean} staged
   */
  row(call, staged) {
    const { word, mark } = placeParts(call.counterName);
    const facts = [this.minute.format(call.calledAt), call.current ? "" : "atendido", call.unspoken ? "sin voz" : ""];
    const preferential = call.attentionClass === "preferential";
    return element(
      "li",
      {
        "data-number": call.number,
        "data-class": call.attentionClass,
        "data-current": String(call.current),
        "data-mark": String(mark !== ""),
        "aria-current": staged ? "true" : null,
      },
      element("span", { class: "recent-number", "data-long": String(call.number.length > LONG_NUMBER) }, call.number),
      element(
        "span",
        { class: "recent-words" },
        element("span", { class: "recent-place" }, `${word} `),
        preferential ? element("span", { class: "recent-class", "data-class": call.attentionClass }, say(CLASSES, call.attentionClass)) : null,
        element("span", { class: "recent-facts" }, facts.filter(Boolean).join(" · ")),
      ),
      element("span", { class: "recent-mark" }, mark),
    );
  }

  /**
   * @param {{site_name: string, waiting?: Waiting[], law_text?: string}} reading
   */
  surroundings(reading) {
    byId("site").textContent = reading.site_name;
    if (reading.law_text) byId("law").textContent = reading.law_text;
    const lines = (reading.waiting ?? []).filter((each) => each.general + each.preferential > 0).slice(0, MAX_SERVICES);
    byId("lines").hidden = lines.length === 0;
    byId("waiting").replaceChildren(...lines.map(line));
  }

  /**
   * @param {boolean} stale
   * @param {number | null} lastWord  ms since 1970, null: none yet
   */
  stale(stale, lastWord) {
    byId("offline").hidden = !stale;
    document.body.dataset.stale = String(stale);
    byId("last-word").textContent = lastWord === null ? "" : `Última señal: ${this.second.format(lastWord)}`;
  }
}

/** @param {Waiting} waiting */
function line(waiting) {
  return element(
    "li",
    { "data-service": waiting.service },
    element("span", { class: "series" }, waiting.series),
    element("span", { class: "line-name" }, waiting.name),
    element("span", { class: "line-people" }, counted(waiting.general + waiting.preferential, "persona", "personas")),
    element("span", { class: "line-wait" }, waiting.wait?.words ?? ""),
  );
}

/** @param {Call} call */
function chip(call) {
  const { word, mark } = placeParts(call.counterName);
  return element(
    "li",
    { "data-number": call.number, "data-current": String(call.current) },
    element("strong", {}, call.number),
    ` ${mark || word}`,
  );
}

/** @param {HTMLElement} stage */
function summon(stage) {
  stage.classList.remove("fresh");
  requestAnimationFrame(() => stage.classList.add("fresh"));
}

/**
 * The second frame begins after the first one was painted.
 * @param {() => void} then
 */
function paintedThen(then) {
  requestAnimationFrame(() => requestAnimationFrame(then));
}
