// @ts-check
// Alerts: what stands, who has it in hand, what is worked on. Live.

import { Refused, order, read } from "./api.js";
import { byId, element, write } from "./dom.js";
import { follow } from "./feed.js";
import { SHAPES, mark } from "./monitor_marks.js";
import { counted, lasting } from "./words.js";

const REFRESH_MS = 15000;
const KINDS = ["alert.changed", "alert.acknowledged", "maintenance.begun", "maintenance.ended"];

/**
 * @typedef {{kind: string, by: string, detail: string, at: string}} AlertEvent
 * @typedef {{id: string, rule: string, title: string, place: string, severity: "warning" | "critical", unstable: boolean, detail: string, opened_at: string, resolved_at: string | null, acknowledged_by: string | null, acknowledged_at: string | null, events: AlertEvent[]}} Alert
 * @typedef {{id: string, kiosk: string, since: string, until: string, reason: string, set_by: string}} Maintenance
 * @typedef {{now: string, event_id: number, alerts: Alert[], maintenance: Maintenance[]}} State
 */

/** @type {Record<string, string>} */
const EVENTS = {
  opened: "se abrió",
  unstable: "va y viene: quedó como inestable",
  resolved: "se resolvió sola",
  acknowledged: "la atiende",
  told_sent: "aviso enviado",
  told_failed: "no se pudo avisar",
};

const page = byId("alerts-page");
const handles = page.dataset.handles === "true";
const when = new Intl.DateTimeFormat("es-PE", { timeZone: page.dataset.zone, day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** @param {string} instant */
const at = (instant) => when.format(Date.parse(instant));

/** @param {Alert} alert */
function gravity(alert) {
  if (alert.resolved_at !== null) return mark("fine", "Resuelta");
  return alert.severity === "critical" ? mark("broken", "Grave") : mark("warning", "Advertencia");
}

/**
 * @param {Alert} alert
 * @param {number} now
 */
function row(alert, now) {
  const open = alert.resolved_at === null;
  const ended = alert.resolved_at ? Date.parse(alert.resolved_at) : now;
  const times = `Desde ${at(alert.opened_at)} · ${lasting(ended - Date.parse(alert.opened_at))}`;
  const made = element(
    "li",
    { "data-alert": alert.rule, "data-place": alert.place, "data-mood": open ? (alert.severity === "critical" ? "broken" : "warning") : "fine" },
    element(
      "div",
      { class: "alert-head" },
      gravity(alert),
      element("strong", {}, alert.title),
      element("span", { class: "alert-where" }, alert.place),
      alert.unstable ? mark("warning", "Inestable: va y viene") : null,
    ),
    element("p", { class: "alert-times" }, times + (alert.acknowledged_by ? ` · la atiende ${alert.acknowledged_by}` : "")),
    alert.detail ? element("p", { class: "alert-detail" }, alert.detail) : null,
    element(
      "details",
      { class: "more", "data-key": alert.id },
      element("summary", {}, `Historia: ${counted(alert.events.length, "paso", "pasos")}`),
      element("ol", { class: "alert-events" }, ...alert.events.map((each) => element("li", {}, `${at(each.at)} · ${EVENTS[each.kind] ?? each.kind} ${[each.by, each.detail].filter(Boolean).join(" ")}`))),
    ),
  );
  if (open && handles && !alert.acknowledged_by) made.append(button("La atiendo yo", `Atender: ${alert.title}, ${alert.place}`, () => order(`/api/v1/alerts/${alert.id}/acknowledge`, () => {})));
  return made;
}

/**
 * @param {string} words
 * @param {string} label
 * @param {() => Promise<any>} act
 */
function button(words, label, act) {
  const made = /** @type {HTMLButtonElement} */ (element("button", { type: "button", class: "card-code", "aria-label": label }, words));
  made.addEventListener("click", async () => {
    made.disabled = true;
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
    await refresh();
  });
  return made;
}

/** @param {Maintenance} each */
function maintenanceRow(each) {
  const made = element(
    "li",
    { "data-mood": "unknown", "data-maintenance": each.kiosk },
    element("div", { class: "alert-head" }, mark("unknown", "En mantenimiento"), element("span", { class: "alert-where" }, each.kiosk || "Todo el módulo")),
    element("p", { class: "alert-times" }, `${each.reason} · hasta ${at(each.until)} · ${each.set_by}`),
  );
  if (handles) made.append(button("Terminar", `Terminar el mantenimiento de ${each.kiosk || "todo el módulo"}`, () => order(`/api/v1/maintenance/${each.id}/end`, () => {})));
  return made;
}

/**
 * @param {string} id
 * @param {HTMLElement[]} rows
 * @param {string} none
 */
function fill(id, rows, none) {
  const place = byId(id);
  const opened = new Set([...place.querySelectorAll("details[open]")].map((each) => /** @type {HTMLElement} */ (each).dataset.key));
  place.replaceChildren(...(rows.length > 0 ? rows : [element("li", { class: "none" }, none)]));
  for (const each of place.querySelectorAll("details")) each.open = opened.has(each.dataset.key);
}

/** @param {State} state */
function render(state) {
  const now = Date.parse(state.now);
  const open = state.alerts.filter((each) => each.resolved_at === null);
  const grave = open.filter((each) => each.severity === "critical").length;
  const mood = grave > 0 ? "broken" : open.length > 0 ? "warning" : "fine";
  const alerts = counted(open.length, "alerta abierta", "alertas abiertas");
  const sentence = open.length === 0 ? "Ninguna alerta abierta." : grave > 0 ? `${alerts}; ${counted(grave, "grave", "graves")}.` : `${alerts}.`;
  const glance = byId("glance");
  glance.dataset.mood = mood;
  write(/** @type {Element} */ (glance.querySelector(".glance-shape")), SHAPES[mood]);
  write(/** @type {Element} */ (glance.querySelector(".glance-words")), sentence);
  fill("open", open.map((each) => row(each, now)), "Nada requiere atención.");
  fill("past", state.alerts.filter((each) => each.resolved_at !== null).map((each) => row(each, now)), "Ninguna.");
  fill("maintenance", state.maintenance.map(maintenanceRow), "Nada.");
}

/** @returns {Promise<State | null>} */
async function refresh() {
  try {
    /** @type {State} */
    const state = await read("/api/v1/alerts");
    render(state);
    byId("offline").hidden = true;
    return state;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    byId("offline").hidden = false;
    return null;
  }
}

/** @param {HTMLFormElement} form */
async function maintain(form) {
  const given = new FormData(form);
  const text = /** @param {string} name */ (name) => String(given.get(name) ?? "").trim();
  const body = { kiosk: text("kiosk").toUpperCase(), minutes: Number(given.get("minutes")), reason: text("reason") };
  try {
    await order("/api/v1/maintenance", () => {}, body);
    write(byId("maintain-fault"), "");
    form.reset();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    write(byId("maintain-fault"), error.message);
  }
  await refresh();
}

async function start() {
  const state = await refresh();
  const form = document.getElementById("maintain");
  if (form instanceof HTMLFormElement) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void maintain(form);
    });
  }
  setInterval(() => void refresh(), REFRESH_MS);
  follow({
    url: "/api/v1/monitor/feed",
    after: state?.event_id ?? 0,
    kinds: KINDS,
    onEvent: () => void refresh(),
    onState: (connected) => {
      byId("offline").hidden = connected;
    },
  });
  document.body.dataset.ready = "true";
}

void start();
