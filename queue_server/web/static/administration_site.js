// @ts-check
// What holds for the whole site.

import { put, site } from "./administration_api.js";
import { Field, Form, group } from "./administration_form.js";
import { element } from "./dom.js";

const STRATEGIES = /** @type {[string, string][]} */ ([
  ["strict", "Preferencial siempre primero (Ley 28683)"],
  ["interleave", "Intercalado: tantos preferenciales por cada regular"],
  ["ageing", "Por llegada, con ventaja para preferenciales"],
]);
const LEFTOVERS = /** @type {[string, string][]} */ ([
  ["expire", "Los turnos que queden vencen"],
  ["carry", "Los turnos que queden pasan al día siguiente"],
]);
const ZONES = ["America/Lima", "America/Bogota", "America/Guayaquil", "America/La_Paz", "America/Santiago"];

/** @type {import("./administration.js").Section} */
export function settings(box, context) {
  const now = site.site;
  /** @param {import("./administration_form.js").FieldOptions} options */
  const field = (options) => new Field(options, now[options.name]);
  /**
   * @param {string} name
   * @param {string} label
   * @param {number} min
   * @param {number} max
   */
  const number = (name, label, min, max) =>
    field({ name, label, kind: "number", attributes: { min: String(min), max: String(max), required: "" } });
  const strategy = field({ name: "strategy", label: "Regla de llamado", kind: "select", options: STRATEGIES, wide: true });
  const preferential = number("preferential_in_turn", "Preferenciales seguidos", 1, 9);
  const general = number("general_in_turn", "Regulares después", 1, 9);
  const headStart = number("head_start_min", "Ventaja en minutos", 0, 240);
  const zones = element("datalist", { id: "zones" }, ...ZONES.map((value) => element("option", { value })));

  function fitRule() {
    for (const each of [preferential, general]) each.box.hidden = strategy.value !== "interleave";
    headStart.box.hidden = strategy.value !== "ageing";
  }
  strategy.control.addEventListener("change", fitRule);
  fitRule();

  const form = new Form({
    parts: [
      group("Identidad", [
        field({ name: "name", label: "Nombre del módulo", wide: true, hint: "Se lee en pantallas, quioscos y tickets.", attributes: { required: "", maxlength: "120" } }),
        field({ name: "zone", label: "Zona horaria", attributes: { required: "", list: "zones", maxlength: "40" } }),
      ]),
      group("A quién se llama primero", [strategy, preferential, general, headStart],
        "Las personas beneficiarias de la Ley 28683 están exentas de espera. Otra regla es una decisión escrita de la oficina."),
      group("Cuando nadie se presenta", [
        number("no_show_returns", "Veces que vuelve a la fila", 0, 5),
        number("no_show_delay_min", "Minutos hasta volver a llamar", 0, 120),
      ]),
      group("Al cerrar el día", [field({ name: "leftover", label: "Turnos sin atender", kind: "select", options: LEFTOVERS, wide: true })]),
      group("Alarmas y límites", [
        number("wait_alarm_min", "Avisar al supervisor si alguien espera más de (minutos)", 1, 480),
        number("clock_limit_s", "Diferencia aceptada del reloj de un quiosco (segundos)", 1, 3600),
      ]),
      group("Libro de reclamaciones", [
        field({ name: "complaints", label: "Texto en los tickets", kind: "area", wide: true, hint: "Dónde está el libro físico y el enlace al digital. Vacío: no se imprime.", attributes: { maxlength: "200" } }),
      ]),
      zones,
    ],
    button: "Guardar el módulo",
    latest: () => site.site,
    async save(values) {
      await put("site", values);
      await context.saved("El módulo quedó guardado.");
    },
  });
  box.replaceChildren(element("h2", {}, "Módulo"), form.element);
}
