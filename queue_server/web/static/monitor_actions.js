// @ts-check
// What one kiosk was told to do from afar, how it stands, and the sheet to order something.

import { order } from "./api.js";
import { element } from "./dom.js";
import { mark } from "./monitor_marks.js";
import { SETTINGS, changed } from "./monitor_settings.js";
import { kindWords } from "./monitor_words.js";
import { Sheet, field, input, select } from "./sheet.js";
import { say } from "./words.js";

/**
 * @typedef {{id: string, kiosk: string, kind: string, arguments: Record<string, any>, state: string, detail: string, ordered_by: string, ordered_at: string, configuration: number | null, has_bundle: boolean}} Action
 * @typedef {{may: boolean, hour: (instant: string) => string, after: () => void, lead?: string, path?: (kiosk: string) => string, more?: (kiosk: string) => object}} Desk  who looks, what is read again after an order; elsewhere than at the site: what is said, where it is sent, and what else with it
 * @typedef {import("./monitor_kiosk.js").Kiosk} Kiosk
 */

const SHOWN = 5;
const LEAD = "El quiosco lo hace en menos de un minuto o no lo hace. Si una persona lo usa, espera a que termine. Queda registrado con su nombre.";

/** The events of which the monitor reads anew. */
export const ACTION_KINDS = ["ordered", "taken", "waiting", "running", "done", "failed", "refused", "expired", "unheard"].map((each) => `action.${each}`);

/** @type {Record<string, string>} */
export const ACTION_NAMES = {
  self_test: "Prueba de dispositivos",
  test_print: "Impresión de prueba",
  restart: "Reinicio",
  out_of_service: "Cierre al público",
  in_service: "Apertura al público",
  diagnostics: "Diagnóstico",
  configure: "Cambio de configuración",
};

/** @type {Record<string, string>} */
const STATES = {
  ordered: "enviada, el quiosco aún no la recibe",
  taken: "recibida",
  waiting: "espera: una persona usa el quiosco",
  running: "en curso",
  done: "hecha",
  failed: "falló",
  refused: "el quiosco no la aceptó",
  expired: "venció sin hacerse",
  unheard: "empezó y no se sabe cómo terminó",
};

/** @type {Record<string, string>} */
const MOODS = { done: "fine", failed: "broken", refused: "broken", expired: "warning", unheard: "warning" };

/**
 * The part of a kiosk's card; null where there is nothing to show and nothing to order.
 * @param {Kiosk} kiosk
 * @param {Action[]} actions  the newest first
 * @param {boolean} listens  it can be told something
 * @param {Desk} desk
 */
export function actionsPart(kiosk, actions, listens, desk) {
  const button = desk.may && listens ? orderButton(kiosk, desk) : null;
  if (actions.length === 0 && !button) return null;
  const [newest, ...earlier] = actions.slice(0, SHOWN);
  return element(
    "section",
    { class: "actions", "aria-label": `Órdenes al quiosco ${kiosk.name}` },
    newest ? element("div", { class: "action-newest", role: "status", "aria-live": "polite" }, row(newest, desk)) : null,
    earlier.length > 0
      ? element("details", { class: "more", "data-key": "actions" }, element("summary", {}, "Órdenes anteriores"), ...earlier.map((each) => row(each, desk)))
      : null,
    button,
  );
}

/**
 * @param {Action} action
 * @param {Desk} desk
 */
function row(action, desk) {
  const words = `${say(ACTION_NAMES, action.kind)}: ${say(STATES, action.state)}`;
  const link = { href: `/api/v1/kiosk-actions/${action.id}/bundle`, download: "", class: "action-bundle" };
  return element(
    "div",
    { class: "action", "data-action": action.id, "data-kind": action.kind, "data-state": action.state },
    mark(MOODS[action.state] ?? "unknown", words),
    element("p", { class: "action-by" }, `${action.ordered_by}, ${desk.hour(action.ordered_at)}`),
    action.detail ? element("p", { class: "action-detail" }, action.detail) : null,
    action.has_bundle && desk.may ? element("a", link, "Descargar el diagnóstico") : null,
  );
}

/**
 * @param {Kiosk} kiosk
 * @param {Desk} desk
 */
function orderButton(kiosk, desk) {
  const words = { "aria-label": `Dar una orden al quiosco ${kiosk.name}`, "data-order-for": kiosk.name };
  const button = element("button", { type: "button", class: "card-code", ...words }, "Dar una orden");
  button.addEventListener("click", () => ask(kiosk, desk));
  return button;
}

/**
 * @param {Kiosk} kiosk
 * @param {Desk} desk
 */
function ask(kiosk, desk) {
  const silent = kiosk.presence === "offline" && !desk.path ? " Ahora no da señal: si no vuelve a tiempo, la orden vence." : "";
  const sheet = new Sheet(`Orden al quiosco ${kiosk.name}`, (desk.lead ?? LEAD) + silent);
  /** @param {string} label @param {object} body @param {string} [mood] */
  const option = (label, body, mood = "") => ({ label, mood, pick: () => send(kiosk.name, body, desk) });
  const devices = kiosk.devices.filter((each) => !["service", "journal"].includes(each.kind));
  sheet.choices([
    {
      label: "Probar",
      options: [
        option("Todos los dispositivos", { kind: "self_test" }),
        ...devices.map((each) => option(`${kindWords(each.kind)} · ${each.name}`, { kind: "self_test", device: each.name })),
        option("Imprimir una prueba", { kind: "test_print" }),
      ],
    },
    {
      label: "Atención al público",
      options: [
        option("Abrir", { kind: "in_service" }),
        option("Cerrar por limpieza", { kind: "out_of_service", reason: "cleaning" }),
        option("Cerrar por reparación", { kind: "out_of_service", reason: "repair" }),
        option("Cerrar para reponer papel o monedas", { kind: "out_of_service", reason: "supplies" }),
      ],
    },
    {
      label: "Equipo",
      options: [
        option("Pedir un diagnóstico", { kind: "diagnostics" }),
        option("Reiniciar el programa", { kind: "restart" }, "danger"),
        { label: "Cambiar la configuración…", mood: "danger", pick: async () => configure(kiosk.name, desk) },
      ],
    },
  ]);
  sheet.dialog.addEventListener("close", () => focusOrder(kiosk.name));
  sheet.open(sheet.numbered[0]);
}

/**
 * One value at a time: what it was, and who changed it, stays readable in the log.
 * @param {string} kiosk
 * @param {Desk} desk
 */
function configure(kiosk, desk) {
  const lead = "El quiosco reinicia con el valor nuevo. Si no vuelve a dar señal, regresa solo al anterior. Vacío: lo que dice su archivo.";
  const sheet = new Sheet(`Configuración del quiosco ${kiosk}`, lead);
  const name = select(SETTINGS.map((each) => [each.key, each.label]), SETTINGS[0].key);
  const value = input({ maxlength: "200", autocomplete: "off" });
  const hint = element("p", { class: "soft" }, SETTINGS[0].hint);
  name.addEventListener("change", () => {
    hint.textContent = SETTINGS.find((each) => each.key === name.value)?.hint ?? "";
  });
  const give = () => send(kiosk, { kind: "configure", changes: changed(name.value, value.value) }, desk);
  sheet.dialog.classList.add("stacked");
  sheet.form("Cambiar", [field("Qué", name), field("Valor", value), hint], give);
  sheet.dialog.addEventListener("close", () => focusOrder(kiosk));
  sheet.open();
}

/**
 * @param {string} kiosk
 * @param {object} body
 * @param {Desk} desk
 */
async function send(kiosk, body, desk) {
  const path = desk.path?.(kiosk) ?? `/api/v1/kiosks/${encodeURIComponent(kiosk)}/actions`;
  await order(path, () => {}, { ...body, ...desk.more?.(kiosk) });
  desk.after();
}

/** @param {string} kiosk */
function focusOrder(kiosk) {
  const button = document.querySelector(`[data-order-for="${CSS.escape(kiosk)}"]`);
  if (button instanceof HTMLElement && !document.querySelector("dialog[open]")) button.focus();
}

/**
 * The cards are made anew while one looks; the button that had the focus has it again.
 * @param {() => void} remake
 */
export function keepingOrderFocus(remake) {
  const kiosk = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.orderFor : undefined;
  remake();
  if (kiosk) focusOrder(kiosk);
}
