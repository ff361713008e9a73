// @ts-check
// What is seen on the LAN, and the displays: hints, each with how it stands to us.

import { element } from "./dom.js";
import { fact, mark } from "./monitor_marks.js";
import { TIES } from "./monitor_words.js";
import { ROLES, ago, say } from "./words.js";

/**
 * @typedef {{instance: string, role: string, host: string, addresses: string[], port: number, properties: Record<string, string>, services: string[], last_seen: string, gone_at: string | null, moved_from: string[], moved_at: string | null, standing: string | null, tie: string, twice: boolean}} Instance
 * @typedef {{name: string, live: boolean, connected_at: string | null, gone_at: string | null}} Display
 * @typedef {{standing: "told" | "behind" | "away" | "refused" | "not_enrolled" | "shut_out", since: string}} Centre
 */

const MOODS = { paired: "fine", not_paired: "warning", not_ours: "unknown" };
const MOVED_IS_NEWS_S = 86400;
const DAY_MS = 86400000;
const MORE_ROLES = { ...ROLES, printer: "Impresora de red" };
const MOST_ROWS = 100;

/** @param {Instance} instance */
export function searchableInstance(instance) {
  return [instance.instance, say(MORE_ROLES, instance.role), say(TIES, instance.tie), instance.host, ...instance.addresses].join(" ").toLowerCase();
}

/**
 * @param {Instance[]} instances
 * @param {number} now
 */
export function lanRows(instances, now) {
  const rank = /** @param {Instance} each */ (each) => (each.gone_at ? 4 : each.twice ? 0 : each.tie === "not_paired" ? 1 : each.tie === "paired" ? 2 : 3);
  const sorted = [...instances].sort((one, other) => rank(one) - rank(other));
  const rows = sorted.slice(0, MOST_ROWS).map((each) => row(each, now));
  if (sorted.length > MOST_ROWS) {
    const rest = `Y ${sorted.length - MOST_ROWS} más; use la búsqueda.`;
    rows.push(element("tr", {}, element("td", { colspan: "6" }, rest)));
  }
  return rows;
}

/**
 * @param {Instance} instance
 * @param {number} now
 */
function row(instance, now) {
  const announced = Object.entries(instance.properties).map(([key, value]) => `${key}=${value}`);
  return element(
    "tr",
    { "data-instance": instance.instance, "data-gone": String(instance.gone_at !== null) },
    element("th", { scope: "row" }, instance.instance),
    element("td", { "data-label": "Tipo" }, say(MORE_ROLES, instance.role)),
    element("td", { "data-label": "Situación" }, mark(MOODS[/** @type {"paired"} */ (instance.tie)], say(TIES, instance.tie)), ...warnings(instance, now)),
    element("td", { "data-label": "Dirección" }, `${instance.addresses.join(", ") || instance.host}:${instance.port}`),
    element("td", { "data-label": "Anuncia", class: "announced" }, announced.join("  ") || instance.services.join(", ") || "—"),
    element("td", { "data-label": "Visto" }, instance.gone_at ? `se retiró ${ago((now - Date.parse(instance.gone_at)) / 1000)}` : "presente"),
  );
}

/**
 * @param {Instance} instance
 * @param {number} now
 */
function warnings(instance, now) {
  const found = [];
  if (instance.twice) found.push(mark("broken", "Dos equipos dicen tener este código"));
  const age = instance.moved_at ? (now - Date.parse(instance.moved_at)) / 1000 : Infinity;
  if (age < MOVED_IS_NEWS_S) found.push(mark("warning", `Cambió de dirección ${ago(age)}; antes ${instance.moved_from.join(", ")}`));
  return found;
}

/**
 * @param {Display[]} displays
 * @param {number} now
 */
export function displayFacts(displays, now) {
  if (displays.length === 0) return [element("p", { class: "soft" }, "Ninguna pantalla está autorizada todavía.")];
  return [
    element(
      "ul",
      { class: "displays" },
      ...displays.map((each) => {
        const away = each.gone_at ? `desconectada ${ago((now - Date.parse(each.gone_at)) / 1000)}` : each.connected_at ? "sin señal" : "aún no se conectó";
        return element(
          "li",
          { "data-display": each.name, "data-live": String(each.live) },
          element("strong", {}, each.name),
          mark(each.live ? "fine" : each.connected_at ? "broken" : "unknown", each.live ? "Conectada" : away),
        );
      }),
    ),
  ];
}

/**
 * @param {{site: string, database: string, event_id: number, listeners: number, build: string, certificate_until: string | null, centre?: Centre | null}} server
 * @param {string} time
 * @param {number} now
 * @param {(instant: string) => string} hour
 */
export function serverFacts(server, time, now, hour) {
  return [
    ...fact("Módulo", server.site),
    ...fact("Base de datos", mark("fine", "Responde")),
    ...fact("Versión", server.build),
    ...fact("Certificado", certificate(server.certificate_until, now)),
    ...(server.centre ? fact("Centro", centre(server.centre, now, hour)) : []),
    ...fact("Conexiones en vivo", String(server.listeners)),
    ...fact("Hora del servidor", time),
  ];
}

/**
 * @param {string | null} until
 * @param {number} now
 */
function certificate(until, now) {
  if (until === null) return "sin TLS en esta instalación";
  const days = Math.floor((Date.parse(until) - now) / 86400000);
  if (days < 0) return mark("broken", "vencido");
  return mark(days < 14 ? "warning" : "fine", `vence en ${days} ${days === 1 ? "día" : "días"}`);
}

/**
 * The line to the hub of all sites.
 * @param {Centre} line
 * @param {number} now
 * @param {(instant: string) => string} hour
 */
function centre(line, now, hour) {
  const lasted = now - Date.parse(line.since);
  const since = lasted < DAY_MS / 2 ? `desde ${hour(line.since)}` : ago(lasted / 1000);
  switch (line.standing) {
    case "told":
      return mark("fine", "al día");
    case "behind":
      return mark("fine", "se pone al día");
    case "away":
      return mark("warning", `sin conexión ${since}`);
    case "refused":
      return mark("broken", `no acepta lo que este módulo le envía, ${since}; avise a soporte`);
    case "shut_out":
      return mark("broken", `no inscrito: el centro retiró este módulo, ${since}`);
    default:
      return mark("warning", "no inscrito");
  }
}
