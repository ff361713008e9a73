// @ts-check
// Accounts of the people who work here. A password is made by the server and shown once.

import { Refused, read } from "./api.js";
import { ask, askOnce } from "./administration_api.js";
import { Field, Form, group, mayLeave, press } from "./administration_form.js";
import { byId, element } from "./dom.js";

const ROLES = /** @type {[string, string][]} */ ([
  ["counter", "Ventanilla"],
  ["cashier", "Caja"],
  ["supervisor", "Supervisión"],
  ["it", "Soporte técnico"],
  ["auditor", "Auditoría"],
  ["administrator", "Administración"],
]);
const ACCOUNTS = "/api/v1/admin/accounts";

/** Whose account is open; "" nobody's. */
let chosen = "";
/** The password just made: it is shown until the person goes on. @type {{name: string, password: string} | null} */
let secret = null;

/** @type {import("./administration.js").Section} */
export async function people(box, context) {
  /** @type {any[]} */
  const accounts = await read(ACCOUNTS);
  /** @param {string} name */
  function choose(name) {
    if (!mayLeave()) return;
    chosen = name;
    secret = null;
    context.again();
  }
  const rows = accounts.map((each) => {
    const edit = press("Abrir", () => choose(each.name));
    edit.setAttribute("aria-label", `Abrir la cuenta de ${each.full_name || each.name}`);
    return element("tr", { "data-name": each.name, "data-chosen": each.name === chosen ? "" : null, "data-off": each.disabled ? "" : null },
      element("td", {}, element("strong", {}, each.full_name || each.name), element("span", { class: "row-note" }, each.name)),
      element("td", {}, word(each.role), element("span", { class: "row-note" }, each.disabled ? "Deshabilitada" : each.one_time ? "Debe cambiar su contraseña" : each.second_factor ? "Dos pasos" : "")),
      element("td", { class: "row-action" }, edit));
  });
  const account = accounts.find((each) => each.name === chosen);
  const side = account ? await open(account, context, choose) : [fresh(context).element];
  box.replaceChildren(
    element("header", { class: "section-head" }, element("h2", {}, "Personal"), element("a", { href: "/sessions" }, "Sesiones abiertas"), account ? press("Agregar persona", () => choose(""), "add") : null),
    element("div", { class: "split", "data-open": "" },
      element("div", { class: "list" }, element("table", { class: "rows" }, element("tbody", {}, ...rows))),
      element("div", { class: "editor" }, secret ? shownOnce(secret) : null, ...side)));
  if (secret) box.querySelector(".once")?.scrollIntoView({ block: "nearest" });
}

/** @param {string} role */
function word(role) {
  return ROLES.find(([each]) => each === role)?.[1] ?? role;
}

/** @param {{name: string, password: string}} made */
function shownOnce({ name, password }) {
  const note = element("span", { role: "status" });
  const copy = press("Copiar", async () => {
    try {
      await navigator.clipboard.writeText(password);
      note.textContent = "Copiada.";
    } catch {
      note.textContent = "Selecciónela y cópiela a mano.";
    }
  });
  return element("div", { class: "once", role: "alert" },
    element("h3", {}, `Contraseña de un solo uso de ${name}`),
    element("p", { class: "once-word" }, element("code", {}, password)),
    element("p", {}, "Entréguela en persona. No se volverá a mostrar: al ingresar, la persona elegirá la suya."),
    element("p", { class: "once-buttons" }, copy, press("Ya la anoté", () => {
      secret = null;
      document.querySelector(".once")?.remove();
      byId("section").focus();
    }), note));
}

/** @param {import("./administration.js").Context} context */
function fresh(context) {
  return new Form({
    parts: [group("Persona nueva", [
      new Field({ name: "full_name", label: "Nombre y apellido", wide: true, attributes: { required: "", maxlength: "80" } }, ""),
      new Field({ name: "name", label: "Usuario", hint: "Minúsculas, sin tildes ni espacios: «rosa.quispe».", attributes: { required: "", maxlength: "40", pattern: "[a-z0-9][a-z0-9._\\-]{0,39}", title: "Use minúsculas, números, punto, guion o guion bajo.", autocapitalize: "none", spellcheck: "false" } }, ""),
      new Field({ name: "role", label: "Función", kind: "select", options: ROLES }, "counter"),
    ])],
    button: "Crear la cuenta",
    async save(values) {
      const made = await askOnce(ACCOUNTS, values);
      secret = { name: made.name, password: made.password };
      chosen = made.name;
      await context.saved(`La cuenta de ${made.full_name} quedó creada.`);
    },
  });
}

/**
 * @param {any} account
 * @param {import("./administration.js").Context} context
 * @param {(name: string) => void} choose
 */
async function open(account, context, choose) {
  const path = `${ACCOUNTS}/${encodeURIComponent(account.name)}`;
  const self = account.name === byId("admin").dataset.person;
  const form = new Form({
    parts: [group(account.full_name || account.name, [
      new Field({ name: "full_name", label: "Nombre y apellido", wide: true, attributes: { required: "", maxlength: "80" } }, account.full_name),
      new Field({ name: "role", label: "Función", kind: "select", options: ROLES, hint: "Al cambiarla se cierran sus sesiones." }, account.role),
    ])],
    cancel: () => choose(""),
    async save(values) {
      await ask(`${path}/change`, values);
      await context.saved(`La cuenta de ${values.full_name} quedó guardada.`);
    },
  });

  /**
   * @param {string} question
   * @param {() => Promise<any>} work
   * @param {string} said
   */
  async function sure(question, work, said) {
    if (!mayLeave() || !window.confirm(question)) return;
    try {
      const answer = await work();
      secret = answer?.password ? { name: account.name, password: answer.password } : null;
      await context.saved(said);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      form.refuse(error);
    }
  }
  const reset = press("Dar otra contraseña", () => void sure(
    `¿Dar a ${account.name} una contraseña nueva de un solo uso? Se cierran sus sesiones.`,
    () => askOnce(`${path}/reset-password`), "La contraseña anterior ya no sirve."), "plain-button");
  const turn = account.disabled
    ? press("Habilitar", () => void sure(`¿Habilitar otra vez a ${account.name}?`, () => ask(`${path}/enable`), "La cuenta quedó habilitada."), "plain-button")
    : press("Deshabilitar", () => void sure(`¿Deshabilitar a ${account.name}? Se cierran sus sesiones.`, () => ask(`${path}/disable`), "La cuenta quedó deshabilitada."), "danger-button");
  const factor = account.second_factor && !self
    ? press("Restablecer dos pasos", () => void sure(
      `¿Quitar la verificación en dos pasos de ${account.name}? Hágalo solo si reconoce a la persona. Se cierran sus sesiones.`,
      () => ask(`${path}/reset-second-factor`), "Al ingresar, la persona registrará otro teléfono."), "plain-button")
    : null;
  const actions = element("div", { class: "account-actions" }, reset, factor, self && !account.disabled ? null : turn);
  return [form.element, actions, await sessions(path, sure)];
}

/**
 * @param {string} path
 * @param {(question: string, work: () => Promise<any>, said: string) => Promise<void>} sure
 */
async function sessions(path, sure) {
  /** @type {any[]} */
  const found = await read(`${path}/sessions`);
  const hour = (/** @type {string} */ at) => new Date(at).toLocaleString("es-PE", { timeZone: byId("admin").dataset.zone, day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const rows = found.map((each) => element("tr", {},
    element("td", {}, `Desde ${hour(each.opened_at)}`, element("span", { class: "row-note" }, `Último uso ${hour(each.active_at)}`),
      element("span", { class: "row-note" }, [each.browser, each.address].filter(Boolean).join(" · "))),
    element("td", { class: "row-action" }, press("Cerrar", () => void sure("¿Cerrar esta sesión?", () => ask(`${path}/sessions/${each.id}/end`), "La sesión quedó cerrada.")))));
  return element("div", { class: "sessions" }, element("h3", {}, "Sesiones abiertas"),
    rows.length ? element("table", { class: "rows" }, element("tbody", {}, ...rows)) : element("p", { class: "soft" }, "Ninguna."));
}
