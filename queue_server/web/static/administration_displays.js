// @ts-check
// The boards in the waiting room: admitted by the code they show, shut out by name.

import { Refused, read } from "./api.js";
import { ask } from "./administration_api.js";
import { Field, Form, group, press } from "./administration_form.js";
import { byId, element } from "./dom.js";

const DISPLAYS = "/api/v1/displays";

/** @type {import("./administration.js").Section} */
export async function displays(box, context) {
  const found = await read(DISPLAYS);
  const trouble = element("p", { class: "form-summary", role: "alert" });

  /** @param {string} name */
  async function revoke(name) {
    if (!window.confirm(`¿Quitar la pantalla «${name}»? Volverá a mostrar un código.`)) return;
    try {
      await ask(`${DISPLAYS}/${encodeURIComponent(name)}/revoke`);
      await context.saved(`La pantalla «${name}» quedó quitada.`);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      trouble.textContent = error.message;
    }
  }
  const rows = found.displays.map((/** @type {any} */ each) => {
    const away = press("Quitar", () => void revoke(each.name));
    away.setAttribute("aria-label", `Quitar la pantalla ${each.name}`);
    const since = new Date(each.approved_at).toLocaleDateString("es-PE", { timeZone: byId("admin").dataset.zone, day: "numeric", month: "long", year: "numeric" });
    return element("tr", { "data-name": each.name },
      element("td", {}, element("strong", {}, each.name), element("span", { class: "row-note" }, `Admitida el ${since}`)),
      element("td", { class: "row-action" }, away));
  });
  const waiting = found.waiting === 0 ? "Ninguna pantalla muestra un código ahora. Abra /display en el televisor."
    : found.waiting === 1 ? "Una pantalla muestra su código y espera." : `${found.waiting} pantallas muestran su código y esperan.`;
  const form = new Form({
    parts: [group("Admitir una pantalla", [
      new Field({ name: "code", label: "Código que muestra", attributes: { required: "", inputmode: "numeric", maxlength: "6", pattern: "[0-9]{6}", title: "Son seis cifras.", class: "code" } }, ""),
      new Field({ name: "name", label: "Nombre", hint: "Por ejemplo «sala-1».", attributes: { required: "", maxlength: "40", pattern: "[A-Za-z0-9][A-Za-z0-9._\\-]*", title: "Use letras sin tilde, números, punto o guion." } }, ""),
    ], waiting)],
    button: "Admitir",
    async save(values) {
      await ask(`${DISPLAYS}/approve`, values);
      await context.saved(`La pantalla «${values.name}» quedó admitida.`);
    },
  });
  box.replaceChildren(
    element("h2", {}, "Pantallas de la sala"),
    element("div", { class: "split", "data-open": "" },
      element("div", { class: "list" }, trouble,
        rows.length ? element("table", { class: "rows" }, element("tbody", {}, ...rows)) : element("p", { class: "soft" }, "Todavía no hay pantallas admitidas.")),
      element("div", { class: "editor" }, form.element)));
}
