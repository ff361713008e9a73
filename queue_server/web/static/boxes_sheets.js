// @ts-check
// The questions of "Cajas": which boxes, what was counted, why it differs.

import { element } from "./dom.js";
import { Sheet, input } from "./sheet.js";
import { REASONS, differenceOf, nameOf, soles } from "./boxes_words.js";

/** @typedef {import("./boxes.js").Box} Box */
/** @typedef {import("./boxes.js").Emptying} Emptying */
/** @typedef {{send: (path: string, body?: any) => Promise<any>, tell: (words: string) => void}} Desk */

const ORDERS = "/api/v1/cash-boxes/emptyings";
const NOTES = [20000, 10000, 5000, 2000, 1000];
const COINS = [500, 200, 100, 50, 20, 10];

/** @param {Desk} desk @param {string} kiosk @param {Box[]} boxes */
export function askSheet(desk, kiosk, boxes) {
  const made = new Sheet(`Vaciar cajas del quiosco ${kiosk}`, "Otra persona debe confirmarlo con su propia sesión en 10 minutos; una de las dos es supervisor.");
  const picks = boxes.map((box) => {
    const tick = input({ type: "checkbox", checked: box.sort === "acceptor" ? "" : null, autocomplete: "off" });
    const action = box.sort === "hopper" ? "cargar o recontar" : "sacar la caja";
    return { box, tick, label: element("label", { class: "pick" }, tick, `${nameOf(box)}: ${action}`) };
  });
  made.form("Pedir", [element("div", { class: "picks" }, ...picks.map((each) => each.label))], async () => {
    const serials = picks.filter(({ tick }) => tick.checked).map(({ box }) => box.serial);
    await desk.send(ORDERS, { kiosk, serials });
    desk.tell("Pedido. Ahora otra persona debe confirmarlo con su sesión.");
  });
  made.open();
}

/** @param {Desk} desk @param {Emptying} of */
export function confirmSheet(desk, of) {
  const made = new Sheet("Confirmar el vaciado", `Lo pidió ${of.asked_by} para el quiosco ${of.kiosk}. Vayan las dos personas: el quiosco cierra sus cajas e imprime dos copias.`);
  const pick = async () => {
    await desk.send(`${ORDERS}/${of.id}/confirm`);
    desk.tell("Confirmado. El quiosco cierra sus cajas cuando nadie esté pagando.");
  };
  made.choices([{ label: "¿Están las dos personas?", options: [{ label: "Sí, confirmar", pick }, { label: "No, volver", pick: async () => {} }] }]).open();
}

/**
 * What was found, denomination by denomination; what should be there is not shown.
 * @param {Desk} desk @param {Emptying} of
 */
export function countSheet(desk, of) {
  const made = new Sheet("Ingresar conteo", "Cuente todo. Lo que debe haber se muestra cuando otra persona confirme su conteo.");
  const counts = of.boxes.map((box) => (box.sort === "hopper" ? hopperCount(box) : boxCount(box)));
  made.form("Guardar conteo", counts.map((each) => each.table), async () => {
    await desk.send(`${ORDERS}/${of.id}/count`, { boxes: counts.map((each) => each.found()) });
    desk.tell("Conteo guardado. Otra persona debe confirmarlo.");
  });
  made.open();
}

/** @param {Box} box */
function boxCount(box) {
  const worths = box.serial.startsWith("bill") ? NOTES : box.serial.startsWith("coin") ? COINS : [...NOTES, ...COINS];
  const rows = worths.map((worth) => ({ worth, field: number(`${soles(worth)}, piezas`), amount: element("td", {}, soles(0)) }));
  const sum = element("td", {}, soles(0));
  const add = () => {
    for (const { worth, field, amount } of rows) amount.textContent = soles(worth * whole(field));
    sum.textContent = soles(rows.reduce((all, { worth, field }) => all + worth * whole(field), 0));
  };
  for (const { field } of rows) field.addEventListener("input", add);
  const table = element(
    "table",
    { class: "count" },
    element("caption", {}, `${nameOf(box)}, caja N.° ${box.number}`),
    element("tbody", {}, ...rows.map(({ worth, field, amount }) => element("tr", {}, element("th", { scope: "row" }, soles(worth)), element("td", {}, field), amount))),
    element("tfoot", {}, element("tr", {}, element("th", { scope: "row" }, "Total"), element("td", {}), sum)),
  );
  return { table, found: () => ({ id: box.id, pieces: Object.fromEntries(rows.map(({ worth, field }) => [String(worth), whole(field)]).filter(([, count]) => count)) }) };
}

/** @param {Box} box */
function hopperCount(box) {
  const found = number("Monedas encontradas; vacío si no se contaron");
  const loaded = number("Monedas cargadas");
  const taken = number("Monedas retiradas");
  /** @param {string} label @param {HTMLInputElement} field */
  const row = (label, field) => element("tr", {}, element("th", { scope: "row" }, label), element("td", {}, field));
  const table = element(
    "table",
    { class: "count" },
    element("caption", {}, `${nameOf(box)}, N.° ${box.number}`),
    element("tbody", {}, row("Encontradas (vacío: no se contaron)", found), row("Cargadas", loaded), row("Retiradas", taken)),
  );
  return { table, found: () => ({ id: box.id, found_coins: found.value === "" ? null : whole(found), loaded_coins: whole(loaded), taken_coins: whole(taken) }) };
}

/** @param {string} label */
function number(label) {
  return input({ type: "number", min: "0", max: "100000", step: "1", inputmode: "numeric", autocomplete: "off", "aria-label": label });
}

/** @param {HTMLInputElement} field */
function whole(field) {
  return Math.max(0, Math.trunc(Number(field.value) || 0));
}

/** The second person sees what the first one counted, and nothing else. @param {Desk} desk @param {Emptying} of */
export function confirmCountSheet(desk, of) {
  const made = new Sheet("Confirmar conteo", `Contó ${of.entered_by}. Confirme solo si usted encontró lo mismo.`);
  made.add(...of.boxes.map((box) => foundTable(box, false)));
  const yes = async () => {
    await desk.send(`${ORDERS}/${of.id}/count/confirm`);
    desk.tell("Conteo confirmado y comparado.");
  };
  made.choices([{ label: "¿Encontró lo mismo?", options: [{ label: "Sí, es lo mismo", pick: yes }, { label: "No: contar otra vez", mood: "danger", pick: again(desk, of) }] }]).open();
}

/** @param {Desk} desk @param {Emptying} of */
export function againSheet(desk, of) {
  const made = new Sheet("Contar otra vez", "Se borra el conteo que hay. Queda registrado que usted lo pidió.");
  made.choices([{ label: "¿Contar otra vez?", options: [{ label: "Sí, contar otra vez", pick: again(desk, of) }, { label: "No, volver", pick: async () => {} }] }]).open();
}

/** @param {Desk} desk @param {Emptying} of */
function again(desk, of) {
  return async () => {
    await desk.send(`${ORDERS}/${of.id}/count/again`);
    desk.tell("Cuenten otra vez e ingresen el conteo.");
  };
}

/** @param {Desk} desk @param {Emptying} of */
export function explainSheet(desk, of) {
  const made = new Sheet("Explicar la diferencia", "Lo que elija queda registrado con su nombre y cierra el vaciado.");
  made.dialog.classList.add("wide");
  made.add(...of.boxes.map((box) => foundTable(box, true)));
  const options = REASONS.map(([reason, label]) => ({
    label,
    pick: async () => {
      await desk.send(`${ORDERS}/${of.id}/explain`, { reason });
      desk.tell("La diferencia quedó explicada.");
    },
  }));
  made.choices([{ label: "¿Por qué?", options }]).open();
}

/** @param {Emptying} of */
export function detailSheet(of) {
  const made = new Sheet("Conteo", differenceOr(of));
  made.add(...of.boxes.map((box) => foundTable(box, true))).open();
}

/** @param {Emptying} of */
function differenceOr(of) {
  return of.boxes.every((each) => each.agrees) ? "Cuadra al céntimo." : `${differenceOf(of.difference_centimos)}.`;
}

/**
 * What was found in a box, beside what should be there when both may be seen.
 * @param {Box} box @param {boolean} compared
 */
function foundTable(box, compared) {
  const rows = box.sort === "hopper" ? hopperRows(box) : pieceRows(box, compared);
  const head = compared && box.sort !== "hopper" ? element("thead", {}, element("tr", {}, ...["", "Debía haber", "Se contó"].map((each) => element("th", { scope: "col" }, each)))) : null;
  return element("table", { class: "count" }, element("caption", {}, `${nameOf(box)}, N.° ${box.number}`), head, element("tbody", {}, ...rows));
}

/** @param {Box} box @param {boolean} compared */
function pieceRows(box, compared) {
  const found = box.counted ?? {};
  const expected = compared ? (box.pieces ?? {}) : {};
  const worths = [...new Set([...Object.keys(found), ...Object.keys(expected)])].map(Number).sort((one, other) => other - one);
  if (worths.length === 0) return [element("tr", {}, element("th", { scope: "row" }, "Sin piezas"))];
  return worths.map((worth) => {
    const [there, should] = [found[worth] ?? 0, expected[worth] ?? 0];
    const differs = compared && there !== should;
    const cell = element("td", { class: differs ? "differs" : null }, differs ? `▲ ${there}` : String(there));
    return element("tr", {}, element("th", { scope: "row" }, soles(worth)), compared ? element("td", {}, String(should)) : null, cell);
  });
}

/** @param {Box} box */
function hopperRows(box) {
  /** @type {[string, number | null][]} */
  const rows = [["Encontradas", box.found_coins], ["Cargadas", box.loaded_coins], ["Retiradas", box.taken_coins], ["Quedan", box.left_coins]];
  return rows.map(([label, coins]) => element("tr", {}, element("th", { scope: "row" }, label), element("td", {}, coins === null ? "—" : String(coins))));
}
