// @ts-check
// Where staff serve: windows, groups of windows, and what each person takes.

import { Refused, read } from "./api.js";
import { put, remove, site } from "./administration_api.js";
import { Field, Form, group, mayLeave, press } from "./administration_form.js";
import { element } from "./dom.js";

const STATES = /** @type {Record<string, string>} */ ({ open: "Abierta", paused: "En pausa", closed: "Cerrada" });
const CODE = { required: "", maxlength: "20", pattern: "[A-Za-z0-9_\\-]+", title: "Use letras sin tilde, números, guion o guion bajo." };

/** What is edited: `counter:V1`, `pool:P`, `operator:ana`, with nothing after the colon a new one. */
let chosen = "";

/** @type {import("./administration.js").Section} */
export async function counters(box, context) {
  const accounts = await read("/api/v1/admin/accounts");
  /** @param {string} what */
  function choose(what) {
    if (!mayLeave()) return;
    chosen = what;
    context.again();
  }
  const list = element("div", { class: "list" }, ...windows(choose), ...groups(choose), ...operators(accounts, choose));
  const [kind, code] = chosen.split(/:(.*)/);
  const open = { counter: counterEditor, pool: poolEditor, operator: operatorEditor }[kind];
  box.replaceChildren(
    element("header", { class: "section-head" }, element("h2", {}, "Ventanillas y grupos"),
      press("Agregar ventanilla", () => choose("counter:"), "add"), press("Agregar grupo", () => choose("pool:"), "add")),
    element("div", { class: "split", "data-open": open ? "" : null }, list,
      open ? element("div", { class: "editor" }, open(code ?? "", context, choose).element) : hint()));
  /** @type {HTMLElement | null} */ (box.querySelector(".editor input:not([disabled]), .editor select"))?.focus();
}

function hint() {
  return element("p", { class: "split-hint" }, "El peso dice cuánto cuenta un minuto de espera de ese servicio en esa ventanilla: con peso 3, esperar 5 minutos cuenta como 15.");
}

/** @param {(what: string) => void} choose */
function windows(choose) {
  const rows = site.counters.map((/** @type {any} */ each) =>
    row(`counter:${each.code}`, each.code, each.name, each.retired ? "Retirada" : served(each.services), each.retired ? "" : where(each), choose));
  return [element("h3", {}, "Ventanillas"), table(rows)];
}

/** @param {any} counter */
function where(counter) {
  return counter.operator ? `${STATES[counter.state]} · ${counter.operator}` : STATES[counter.state];
}

/** @param {Record<string, number>} weights */
function served(weights) {
  const names = site.services.filter((/** @type {any} */ each) => weights[each.code] !== undefined)
    .map((/** @type {any} */ each) => (weights[each.code] === 1 ? each.series : `${each.series}×${weights[each.code]}`));
  return names.length ? `Atiende ${names.join(", ")}` : "No atiende ningún servicio";
}

/** @param {(what: string) => void} choose */
function groups(choose) {
  if (site.pools.length === 0) return [];
  const rows = site.pools.map((/** @type {any} */ each) => row(`pool:${each.code}`, each.code, each.name, each.counters.join(", "), "", choose));
  return [element("h3", {}, "Grupos"), table(rows)];
}

/**
 * @param {any[]} accounts
 * @param {(what: string) => void} choose
 */
function operators(accounts, choose) {
  const rows = accounts.filter((each) => ["counter", "supervisor"].includes(each.role) && !each.disabled)
    .map((each) => {
      const own = site.operators[each.name] ?? {};
      return row(`operator:${each.name}`, each.name, each.full_name || each.name, Object.keys(own).length ? served(own) : "Como la ventanilla", "", choose);
    });
  return rows.length ? [element("h3", {}, "Por persona"), table(rows)] : [];
}

/** @param {HTMLElement[]} rows */
function table(rows) {
  return element("table", { class: "rows" }, element("tbody", {}, ...rows));
}

/**
 * @param {string} what
 * @param {string} code
 * @param {string} name
 * @param {string} note
 * @param {string} state
 * @param {(what: string) => void} choose
 */
function row(what, code, name, note, state, choose) {
  const edit = press("Cambiar", () => choose(what));
  edit.setAttribute("aria-label", `Cambiar ${name}`);
  return element("tr", { "data-code": code, "data-chosen": what === chosen ? "" : null },
    element("td", {}, element("strong", {}, name), element("span", { class: "row-note" }, note)),
    element("td", {}, state),
    element("td", { class: "row-action" }, edit));
}

/**
 * One weight for each service; the field's name is the service's code.
 * @param {Record<string, number>} weights
 * @param {[string, string][]} options
 */
function weightFields(weights, options) {
  return site.services.filter((/** @type {any} */ each) => !each.retired).map((/** @type {any} */ each) =>
    new Field({ name: `service:${each.code}`, label: `${each.series} · ${each.name}`, kind: "select", options, wide: true }, String(weights[each.code] ?? "")));
}

const weightOptions = (/** @type {string} */ none) => /** @type {[string, string][]} */ (
  [["", none], ...Array.from({ length: 9 }, (_, at) => [String(at + 1), at === 0 ? "Peso 1 (normal)" : `Peso ${at + 1}`])]
);

/** @param {Record<string, any>} values */
function weightsOf(values) {
  return Object.fromEntries(Object.entries(values)
    .filter(([name, value]) => name.startsWith("service:") && value !== "")
    .map(([name, value]) => [name.slice("service:".length), Number(value)]));
}

/** @typedef {(code: string, context: import("./administration.js").Context, choose: (what: string) => void) => Form} Editor */

/** @type {Editor} */
function counterEditor(code, context, choose) {
  const find = () => site.counters.find((/** @type {any} */ each) => each.code === code);
  const now = find() ?? { code: "", name: "", services: {}, retired: false };
  const fields = weightFields(now.services, weightOptions("No atiende"));

  /** @param {boolean} retired */
  async function retire(retired) {
    if (!window.confirm(retired ? `¿Retirar «${now.name}»?` : `¿Volver a usar «${now.name}»?`)) return;
    try {
      await put(`counters/${code}`, { name: now.name, services: retired ? {} : now.services, retired });
      chosen = "";
      await context.saved(retired ? "La ventanilla quedó retirada." : "La ventanilla se usa otra vez.");
    } catch (error) {
      form.refuse(/** @type {any} */ (error));
    }
  }
  const form = new Form({
    parts: [
      group(code ? now.name : "Ventanilla nueva", [
        new Field({ name: "name", label: "Nombre en pantallas", hint: "Como se lee y se dice: «Ventanilla 3».", attributes: { required: "", maxlength: "40" } }, now.name),
        new Field({ name: "code", label: "Código", attributes: { ...CODE, disabled: code ? "" : null } }, now.code),
      ]),
      group("Qué atiende", fields),
    ],
    button: code ? "Guardar ventanilla" : "Crear ventanilla",
    cancel: () => choose(""),
    latest: () => ({ name: find()?.name }),
    more: code ? [press(now.retired ? "Volver a usar" : "Retirar", () => void retire(!now.retired), "danger-button")] : [],
    async save(values) {
      if (!code) refuseTaken(site.counters, values.code);
      await put(`counters/${encodeURIComponent(values.code)}`, { name: values.name, services: weightsOf(values), retired: now.retired });
      chosen = "";
      await context.saved(`«${values.name}» quedó guardada.`);
    },
  });
  return form;
}

/**
 * @param {any[]} list
 * @param {string} code
 */
function refuseTaken(list, code) {
  if (!list.some((each) => each.code === code)) return;
  throw new Refused("not_valid", "Este código ya está en uso; elija otro.", { field: "code" });
}

/** @type {Editor} */
function poolEditor(code, context, choose) {
  const find = () => site.pools.find((/** @type {any} */ each) => each.code === code);
  const now = find() ?? { code: "", name: "", counters: [] };
  const members = site.counters.filter((/** @type {any} */ each) => !each.retired)
    .map((/** @type {any} */ each) => new Field({ name: `counter:${each.code}`, label: each.name, kind: "checkbox" }, now.counters.includes(each.code)));

  async function drop() {
    if (!window.confirm(`¿Quitar el grupo «${now.name}»?`)) return;
    try {
      await remove(`pools/${code}`);
      chosen = "";
      await context.saved("El grupo quedó quitado.");
    } catch (error) {
      form.refuse(/** @type {any} */ (error));
    }
  }
  const form = new Form({
    parts: [
      group(code ? now.name : "Grupo nuevo", [
        new Field({ name: "name", label: "Nombre", hint: "Para derivar a cualquiera de sus ventanillas.", attributes: { required: "", maxlength: "40" } }, now.name),
        new Field({ name: "code", label: "Código", attributes: { ...CODE, disabled: code ? "" : null } }, now.code),
      ]),
      group("Ventanillas del grupo", members),
    ],
    button: code ? "Guardar grupo" : "Crear grupo",
    cancel: () => choose(""),
    latest: () => ({ name: find()?.name }),
    more: code ? [press("Quitar grupo", () => void drop(), "danger-button")] : [],
    check: () => (members.some((/** @type {Field} */ each) => each.value) ? "" : "Elija al menos una ventanilla para el grupo."),
    async save(values) {
      if (!code) refuseTaken(site.pools, values.code);
      const chosenOnes = members.filter((/** @type {Field} */ each) => each.value).map((/** @type {Field} */ each) => each.name.slice("counter:".length));
      await put(`pools/${encodeURIComponent(values.code)}`, { name: values.name, counters: chosenOnes });
      chosen = "";
      await context.saved(`El grupo «${values.name}» quedó guardado.`);
    },
  });
  return form;
}

/** @type {Editor} */
function operatorEditor(name, context, choose) {
  const options = /** @type {[string, string][]} */ ([["", "Como la ventanilla"], ["0", "No atiende"], ...weightOptions("").slice(1)]);
  return new Form({
    parts: [group(`Lo que atiende ${name}`, weightFields(site.operators[name] ?? {}, options), "Reemplaza el peso de la ventanilla donde se siente; no le agrega servicios.")],
    cancel: () => choose(""),
    async save(values) {
      await put(`operators/${encodeURIComponent(name)}`, { services: weightsOf(values) });
      chosen = "";
      await context.saved(`Los servicios de ${name} quedaron guardados.`);
    },
  });
}
