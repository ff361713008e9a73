// @ts-check
// What people queue for.

import { Refused } from "./api.js";
import { put, site } from "./administration_api.js";
import { Field, Form, group, mayLeave, press } from "./administration_form.js";
import { draftsOf, flatWords, wordGroups, wordsIn } from "./administration_words.js";
import { element } from "./dom.js";

const KINDS = /** @type {[string, string][]} */ ([
  ["turn", "Se atiende en ventanilla"],
  ["certificate", "Se termina en el quiosco (certificado)"],
]);
const FRESH = {
  code: "", name: "", series: "", kind: "turn", position: 0, kiosk_visible: true, expected_minutes: 6,
  opens: null, closes: null, daily_quota: null, needs: "", retired: false,
};

/** Which service is edited; "" is a new one, null none. @type {string | null} */
let chosen = null;

/** @type {import("./administration.js").Section} */
export function services(box, context) {
  const active = site.services.filter((/** @type {any} */ each) => !each.retired);
  const retired = site.services.filter((/** @type {any} */ each) => each.retired);
  /** @param {string | null} code */
  function choose(code) {
    if (!mayLeave()) return;
    chosen = code;
    context.again();
    document.querySelector(".editor input")?.scrollIntoView({ block: "nearest" });
    /** @type {HTMLElement | null} */ (document.querySelector(".editor input:not([disabled])"))?.focus();
  }
  const list = element("div", { class: "list" },
    element("table", { class: "rows" },
      element("thead", {}, element("tr", {}, ...["Letra", "Servicio", "Quiosco", ""].map((word) => element("th", { scope: "col" }, word)))),
      element("tbody", {}, ...active.map((/** @type {any} */ each) => row(each, choose)))),
    retired.length ? element("h3", {}, "Retirados") : null,
    retired.length ? element("table", { class: "rows retired" }, element("tbody", {}, ...retired.map((/** @type {any} */ each) => row(each, choose)))) : null);
  box.replaceChildren(
    element("header", { class: "section-head" }, element("h2", {}, "Servicios"), press("Agregar servicio", () => choose(""), "add")),
    element("div", { class: "split", "data-open": chosen === null ? null : "" }, list, chosen === null ? hint() : editor(context, choose)));
}

function hint() {
  return element("p", { class: "split-hint" }, "Elija un servicio para cambiarlo. El orden es el mismo que ve la gente en el quiosco.");
}

/**
 * @param {any} service
 * @param {(code: string) => void} choose
 */
function row(service, choose) {
  const limits = [];
  if (service.kind === "certificate") limits.push("Se termina en el quiosco");
  if (service.opens || service.closes) limits.push(`de ${service.opens ?? "la apertura"} a ${service.closes ?? "el cierre"}`);
  if (service.daily_quota) limits.push(`cupo ${service.daily_quota} al día`);
  const drafts = service.retired ? "" : draftsOf(service);
  const edit = press("Cambiar", () => choose(service.code));
  edit.setAttribute("aria-label", `Cambiar ${service.name}`);
  return element("tr", { "data-code": service.code, "data-chosen": service.code === chosen ? "" : null },
    element("td", {}, element("span", { class: "letter" }, service.series)),
    element("td", {}, element("strong", {}, service.name), limits.length ? element("span", { class: "row-note" }, limits.join(" · ")) : null,
      drafts ? element("span", { class: "row-note draft" }, drafts) : null),
    element("td", {}, service.kiosk_visible && !service.retired ? "Visible" : "Oculto"),
    element("td", { class: "row-action" }, edit));
}

/**
 * @param {import("./administration.js").Context} context
 * @param {(code: string | null) => void} choose
 */
function editor(context, choose) {
  const fresh = chosen === "";
  const now = site.services.find((/** @type {any} */ each) => each.code === chosen) ?? { ...FRESH, position: site.services.length };
  /** @param {import("./administration_form.js").FieldOptions} options */
  const field = (options) => new Field(options, now[options.name]);
  const code = field({ name: "code", label: "Código", hint: "Interno; no se puede cambiar después.", attributes: { required: "", maxlength: "30", pattern: "[A-Za-z0-9_\\-]+", title: "Use letras sin tilde, números, guion o guion bajo.", disabled: fresh ? null : "" } });
  const form = new Form({
    parts: [
      group(fresh ? "Servicio nuevo" : now.name, [
        field({ name: "name", label: "Nombre", wide: true, attributes: { required: "", maxlength: "80" } }),
        field({ name: "series", label: "Letra del turno", attributes: { required: "", maxlength: "2", pattern: "[A-Z]{1,2}", title: "Una o dos mayúsculas de la A a la Z.", class: "caps" } }),
        code,
        field({ name: "kind", label: "Cómo se atiende", kind: "select", options: KINDS, wide: true }),
        field({ name: "kiosk_visible", label: "Se ofrece en el quiosco", kind: "checkbox", wide: true }),
      ]),
      group("Límites", [
        field({ name: "opens", label: "Turnos desde", kind: "time", hint: "Vacío: todo el día." }),
        field({ name: "closes", label: "Turnos hasta", kind: "time" }),
        field({ name: "daily_quota", label: "Cupo al día", kind: "number", hint: "Vacío: sin límite.", attributes: { min: "1", max: "9999" } }),
        field({ name: "expected_minutes", label: "Minutos por atención", kind: "number", hint: "Hasta que se mida.", attributes: { min: "1", max: "240", required: "" } }),
      ]),
      group("Explicación y orden", [
        field({ name: "needs", label: "Qué es y qué debe traer la persona", kind: "area", wide: true, hint: "Lo leen la persona en el quiosco y el personal.", attributes: { maxlength: "200" } }),
        field({ name: "position", label: "Orden en el quiosco", kind: "number", attributes: { min: "0", max: "999", required: "" } }),
      ]),
      ...wordGroups(now),
    ],
    button: fresh ? "Crear servicio" : "Guardar servicio",
    cancel: () => choose(null),
    latest() {
      const there = site.services.find((/** @type {any} */ each) => each.code === chosen);
      return there ? { ...there, ...flatWords(there) } : null;
    },
    more: fresh ? [] : [press(now.retired ? "Volver a ofrecer" : "Retirar", () => void retire(), "danger-button")],
    async save(values) {
      const { words, rest } = wordsIn(values);
      await save(values.code, { ...rest, words, retired: now.retired });
      await context.saved(`El servicio «${values.name}» quedó guardado.`);
    },
  });

  /**
   * @param {string} name
   * @param {any} values
   */
  async function save(name, values) {
    const { code: _, ...body } = values;
    if (fresh && site.services.some((/** @type {any} */ each) => each.code === name)) {
      throw new Refused("not_valid", "Este código ya lo tiene otro servicio; elija otro.", { field: "code" });
    }
    await put(`services/${encodeURIComponent(name)}`, body);
    chosen = null;
  }

  async function retire() {
    const words = now.retired ? `¿Volver a ofrecer «${now.name}»?` : `¿Retirar «${now.name}»? Dejará de ofrecerse en todas partes.`;
    if (!window.confirm(words)) return;
    const { code: name, words: _, ...body } = now; // the words stay as they are
    try {
      await save(name, { code: name, ...body, retired: !now.retired });
      await context.saved(now.retired ? "El servicio se ofrece otra vez." : "El servicio quedó retirado.");
    } catch (error) {
      form.refuse(/** @type {any} */ (error));
    }
  }
  return element("div", { class: "editor" }, form.element);
}
