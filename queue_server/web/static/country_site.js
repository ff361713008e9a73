// @ts-check
// One site of the country, drawn as the site draws itself: from what it told last.

import { Refused, read } from "./api.js";
import { Orders } from "./country_orders.js";
import { poll } from "./country_poll.js";
import { MOODS, SIGNS, STANDINGS, calendar, certificateDays, certificateWords, clockWords, silence } from "./country_words.js";
import { arrange, byId, element, write } from "./dom.js";
import { keepingOrderFocus } from "./monitor_actions.js";
import { renderGlance } from "./monitor_glance.js";
import { gravity, kioskCard } from "./monitor_kiosk.js";
import { SHAPES, fact, mark } from "./monitor_marks.js";
import { ago, counted, lasting } from "./words.js";

/**
 * @typedef {import("./country_words.js").Site} Site
 * @typedef {import("./monitor_kiosk.js").Kiosk} Kiosk
 * @typedef {{severity: string, title: string, place: string, detail: string, opened_at: string, resolved_at: string | null, acknowledged_by: string | null, unstable: boolean}} Alert
 * @typedef {{at: string, about: {build: string, zone: string}, line: {open: boolean, waiting: number, longest_wait_s: number, counters_open: number}, monitor: any, alerts: {alerts?: Alert[]}, backend_up: boolean | null, backlog: number, parked: number, oldest_errand_s: number}} State
 * @typedef {{about: Site, enrolled: boolean, last_event: number, state_at: string | null, anchor: {id: number, at: string} | null, state: State | null}} One
 * @typedef {{id: number, at: string, kind: string, actor: string, body: any}} SiteEvent
 */

const LEAD = "Se hará cuando el módulo se conecte. Entonces el quiosco lo hace en menos de un minuto o no lo hace. Queda registrado con su nombre.";
const MOST_CARDS = 48;

const page = byId("country-site");
const site = page.dataset.site ?? "";
const mayOrder = page.dataset.actions === "true";
const { clock, when } = calendar(page.dataset.zone);
const orders = new Orders(site, mayOrder, when);

/** @type {import("./monitor_actions.js").Desk} */
const ordering = {
  may: mayOrder,
  hour: (instant) => clock(Date.parse(instant)),
  after: () => void orders.refresh(),
  lead: LEAD,
  path: () => `/api/v1/hub/sites/${encodeURIComponent(site)}/orders`,
  more: (kiosk) => ({ kiosk, hours: Number(/** @type {HTMLSelectElement} */ (byId("valid")).value) }),
};

/** What each card was made of. @type {Map<string, {made: string, card: HTMLElement}>} */
const cards = new Map();
/** @type {One | null} */
let shown = null;
let eventsUpTo = -1;

/**
 * @param {One} one
 * @param {number} now
 */
function renderHead(one, now) {
  const { about, state } = one;
  write(byId("where"), about.region);
  const glance = byId("glance");
  if (about.standing !== "silent" && about.standing !== "closed" && state?.monitor?.glance?.journeys) {
    renderGlance(state.monitor.glance, glance, byId("journeys"));
  } else {
    glance.dataset.mood = MOODS[about.standing];
    write(/** @type {Element} */ (glance.querySelector(".glance-shape")), SIGNS[about.standing]);
    const words = about.standing === "silent" ? "No se sabe cómo está: el módulo no da noticias." : `${STANDINGS[about.standing]} a esta hora.`;
    write(/** @type {Element} */ (glance.querySelector(".glance-words")), words);
    byId("journeys").hidden = true;
  }
  const notice = byId("silence");
  notice.hidden = about.standing !== "silent" && one.enrolled;
  const said = silence(about, when, now);
  const last = state ? " Abajo está lo último que informó." : "";
  write(notice, one.enrolled ? `${said.charAt(0).toUpperCase()}${said.slice(1)}.${last}` : `Este módulo fue retirado: ya no informa al centro.${last}`);
}

/**
 * @param {One} one
 * @param {number} now
 */
function renderFacts(one, now) {
  const { about, state, anchor } = one;
  const days = certificateDays(about, now);
  const facts = [
    ...fact("Versión", about.drifts ? mark("warning", `${about.build} (otra que la mayoría)`) : about.build || "—"),
    ...fact("Certificado TLS", days === null ? "—" : days < 14 ? mark(days < 0 ? "broken" : "warning", certificateWords(days)) : certificateWords(days).replace("su certificado ", "")),
    ...fact("Reloj", about.clock_off_s === null ? "en hora" : mark("warning", clockWords(about.clock_off_s).replace("su reloj va ", ""))),
    ...fact("Informó", one.state_at === null ? "nunca" : `estado de las ${when(Date.parse(one.state_at), now)}`),
    ...fact("Evento", one.last_event > 0 ? `n.º ${one.last_event}` : "—"),
    ...fact("Auditoría", anchor ? `guardada aquí hasta el n.º ${anchor.id}` : "aún sin cabeza guardada"),
  ];
  if (state) {
    const { line } = state;
    facts.push(
      ...fact("En la fila", line.waiting > 0 ? `${counted(line.waiting, "persona", "personas")}, hasta ${lasting(line.longest_wait_s * 1000)}` : "nadie"),
      ...fact("Ventanillas", counted(line.counters_open, "abierta", "abiertas")),
      ...fact("Central", state.backend_up === null ? "el módulo no la usa" : state.backend_up ? mark("fine", "responde") : mark("broken", "no responde")),
      ...fact("Por enviar", errands(state)),
      ...fact("Certificados hoy", String(about.certificates_today)),
    );
  }
  const pairs = [];
  for (let place = 0; place < facts.length; place += 2) pairs.push(element("div", {}, facts[place], facts[place + 1]));
  byId("facts").replaceChildren(...pairs);
}

/** @param {State} state */
function errands({ backlog, parked, oldest_errand_s: oldest }) {
  if (backlog + parked === 0) return "nada";
  const words = `${counted(backlog, "trámite", "trámites")}${backlog > 0 ? `, el más antiguo de ${ago(oldest)}` : ""}`;
  return parked > 0 ? mark("warning", `${words}; ${counted(parked, "espera", "esperan")} a una persona`) : words;
}

/**
 * @param {State | null} state
 * @param {number} now
 */
function renderAlerts(state, now) {
  const open = (state?.alerts?.alerts ?? []).filter((each) => each.resolved_at === null);
  const rows = open.map((each) =>
    element(
      "li",
      { "data-mood": each.severity === "critical" ? "broken" : "warning" },
      element(
        "div",
        { class: "alert-head" },
        each.severity === "critical" ? mark("broken", "Grave") : mark("warning", "Advertencia"),
        element("strong", {}, each.title),
        element("span", { class: "alert-where" }, each.place),
        each.unstable ? mark("warning", "Inestable: va y viene") : null,
      ),
      element("p", { class: "alert-times" }, `Desde ${when(Date.parse(each.opened_at), now)} · ${lasting(now - Date.parse(each.opened_at))}${each.acknowledged_by ? ` · la atiende ${each.acknowledged_by}` : ""}`),
      each.detail ? element("p", { class: "alert-detail" }, each.detail) : null,
    ),
  );
  byId("alerts").replaceChildren(...(rows.length > 0 ? rows : [element("li", { class: "none" }, state ? "Ninguna." : "Aún no informó.")]));
}

/**
 * What a silent site told is old: its kiosks are drawn as silent, too.
 * @param {One} one
 */
function renderKiosks(one) {
  const silent = one.about.standing === "silent";
  /** @type {Kiosk[]} */
  const kiosks = (one.state?.monitor?.kiosks ?? []).map((/** @type {Kiosk} */ each) => (silent && each.presence === "online" ? { ...each, presence: "offline", heard_s: null } : { ...each, heard_s: null }));
  const order = [...kiosks].sort((left, right) => gravity(left) - gravity(right)).slice(0, MOST_CARDS);
  keepingOrderFocus(() => arrange(byId("kiosks"), order.map((each) => cardOf(each, one.enrolled))));
  const rest = kiosks.length > MOST_CARDS ? `Se muestran los ${MOST_CARDS} más graves de ${kiosks.length}.` : "";
  write(byId("kiosks-note"), kiosks.length === 0 ? "El módulo no informó de ningún quiosco." : rest);
}

/**
 * @param {Kiosk} kiosk
 * @param {boolean} enrolled
 */
function cardOf(kiosk, enrolled) {
  const made = JSON.stringify([kiosk, enrolled]);
  const before = cards.get(kiosk.name);
  if (before?.made === made) return before.card;
  const card = kioskCard({ ...kiosk, actions: [], listens: enrolled }, null, null, ordering);
  for (const opened of before?.card.querySelectorAll("details[open]") ?? []) {
    const again = card.querySelector(`details[data-key="${/** @type {HTMLElement} */ (opened).dataset.key}"]`);
    if (again instanceof HTMLDetailsElement) again.open = true;
  }
  cards.set(kiosk.name, { made, card });
  return card;
}

/** @param {SiteEvent} event @param {number} now */
function eventRow(event, now) {
  const body = Object.entries(event.body).map(([key, value]) => `${key}=${typeof value === "object" ? JSON.stringify(value) : value}`);
  return element(
    "tr",
    { "data-event": String(event.id) },
    element("th", { scope: "row" }, when(Date.parse(event.at), now)),
    element("td", { "data-label": "Qué" }, element("code", {}, event.kind)),
    element("td", { "data-label": "Quién" }, event.actor),
    element("td", { "data-label": "Detalle", class: "announced" }, body.join("  ") || "—"),
  );
}

/**
 * @param {number} now
 * @param {number | null} below  the newest where it is null
 */
async function renderEvents(now, below) {
  const asked = below === null ? "" : `?below=${below}`;
  /** @type {{events: SiteEvent[], older: number | null}} */
  const found = await read(`/api/v1/hub/sites/${encodeURIComponent(site)}/events${asked}`);
  const rows = found.events.map((each) => eventRow(each, now));
  if (below === null) byId("events").replaceChildren(...rows);
  else byId("events").append(...rows);
  if (below === null && rows.length === 0) byId("events").append(element("tr", {}, element("td", { colspan: "4" }, "Aún no informó de ninguno.")));
  const older = /** @type {HTMLButtonElement} */ (byId("older"));
  older.hidden = found.older === null;
  older.onclick = () => void quietly(() => renderEvents(now, found.older));
}

/** The page says by itself when the centre is away. @param {() => Promise<void>} work */
async function quietly(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

/**
 * @param {One} one
 * @param {number} now
 */
function render(one, now) {
  const fresh = one !== shown;
  shown = one;
  renderHead(one, now);
  void quietly(() => orders.refresh());
  if (!fresh) return;
  renderFacts(one, now);
  renderAlerts(one.state, now);
  renderKiosks(one);
  if (one.last_event !== eventsUpTo) {
    eventsUpTo = one.last_event;
    void quietly(() => renderEvents(now, null));
  }
}

async function start() {
  await poll(`/api/v1/hub/sites/${encodeURIComponent(site)}`, "site", render, clock);
  document.body.dataset.ready = "true";
}

void start();
