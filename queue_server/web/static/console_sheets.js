// @ts-check
// The questions an operation asks before it is done: each is one sheet, one choice sends it.

import { Refused, read } from "./api.js";
import { aside, elsewhere } from "./console_state.js";
import { element } from "./dom.js";
import { Sheet, field, input, select } from "./sheet.js";
import { ATTENTION_REASONS, CLASSES, DOCUMENT_TYPES, TICKET_STATES, say } from "./words.js";

/**
 * @typedef {import("./console_state.js").State} State
 * @typedef {import("./console_state.js").Waiting} Waiting
 * @typedef {import("./console_state.js").Ticket} Ticket
 * @typedef {{ticket_id: string, number: string, service: string, attention_class: string, state: string}} Target
 *
 * @typedef {object} Desk  what the sheets need of the console
 * @property {() => State} state
 * @property {(path: string, body?: any) => Promise<any>} send  throws Refused
 * @property {(words: string) => void} tell
 * @property {(ticketId: string) => void} print
 * @property {(path: string) => boolean} open  in a window of its own; false: the browser did not
 * @property {() => number} now
 * @property {(instant: number) => string} hour  "09:05" in the site's zone
 */

const HOLD_REASONS = ["Trae un documento", "Hace un pago", "Saca copias", "Llena un formulario", "Hace una consulta"];
const PAUSE_REASONS = ["Refrigerio", "Servicios higiénicos", "Reunión", "Trámite interno"];
const RETURNS = [["", "cuando se reanude"], ["10", "en 10 min"], ["20", "en 20 min"], ["30", "en 30 min"], ["60", "en 1 hora"]];

/** @param {Target} ticket @param {string} act */
const path = (ticket, act) => `/api/v1/tickets/${ticket.ticket_id}/${act}`;

/** @param {Desk} desk @param {Target} ticket */
export function hold(desk, ticket) {
  return sheet(`Poner ${ticket.number} en espera aparte`, (made) => askHold(made, desk, ticket));
}

/** @param {Desk} desk @param {Target} ticket */
export function transfer(desk, ticket) {
  return sheet(`Derivar ${ticket.number}`, (made) => {
    made.choices(targets(desk, ticket));
  }, "Conserva su hora de llegada.");
}

/** @param {Desk} desk @param {Target} ticket */
export function attentionClass(desk, ticket) {
  return sheet(`Clase de ${ticket.number}: ${say(CLASSES, ticket.attention_class)}`, (made) => {
    made.choices([classes(desk, ticket)]);
  });
}

/** @param {Desk} desk @param {Target} ticket */
export function cancel(desk, ticket) {
  return sheet(`Cancelar ${ticket.number}`, (made) => {
    made.choices([{ label: "La persona ya no quiere el turno", options: [cancelOption(desk, ticket)] }]);
  }, "No se puede deshacer.");
}

/** Everything that can be done with a ticket that waits. @param {Desk} desk @param {Target} ticket */
export function everything(desk, ticket) {
  const held = ticket.state === "on_hold";
  const now = [
    { label: "Imprimir el turno", pick: async () => desk.print(ticket.ticket_id) },
    ...(held ? [resumeOption(desk, ticket, "Reanudar: vuelve a la fila")] : []),
    cancelOption(desk, ticket),
  ];
  const title = `${ticket.number} · ${say(CLASSES, ticket.attention_class)} · ${say(TICKET_STATES, ticket.state)}`;
  return sheet(title, (made) => {
    made.dialog.classList.add("wide");
    made.choices([{ label: "Turno", options: now }, ...targets(desk, ticket), classes(desk, ticket)]);
    if (!held) askHold(made, desk, ticket);
  });
}

/** @param {Desk} desk */
export function resume(desk) {
  const options = aside(desk.state()).map((each) =>
    resumeOption(desk, each, each.number, each.held + (each.due_at ? `, vuelve a las ${desk.hour(Date.parse(each.due_at))}` : "")),
  );
  return sheet("¿Quién volvió?", (made) => made.choices([{ label: "En espera aparte", options }]));
}

/** @param {Desk} desk @param {"by_hand" | "direct"} how */
export function issue(desk, how) {
  const state = desk.state();
  const people = input({ type: "number", min: "1", max: "20", value: "1", inputmode: "numeric" });
  const type = select(Object.entries(DOCUMENT_TYPES), "01");
  const number = input({ maxlength: "15", autocomplete: "off", spellcheck: "false" });
  const act = how === "direct" ? "walk-direct" : "tickets";

  /** @param {string} service @param {string} attention_class */
  async function give(service, attention_class) {
    const typed = number.value.trim().toUpperCase();
    const ticket = await desk.send(`/api/v1/counters/${state.counter?.counter}/${act}`, {
      service,
      attention_class,
      people: Number(people.value) || 1,
      ...(typed ? { document: { type: type.value, number: typed } } : {}),
    });
    if (how === "direct") desk.tell(`Atiende ahora el turno ${ticket.number}.`);
    else issued(desk, ticket);
  }

  /** @param {string} label @param {string} attention_class @param {string} mood */
  const group = (label, attention_class, mood) => ({
    label,
    options: state.services.map((each) => ({
      label: each.name,
      note: each.series,
      mood,
      pick: () => give(each.code, attention_class),
    })),
  });
  const title = how === "direct" ? "Atender ahora, sin espera" : "Dar un turno";
  return sheet(title, (made) => {
    made.dialog.classList.add("wide");
    made.columns([group("Regular", "general", ""), group("★ Preferencial", "preferential", "preferential")]);
    made.add(
      element(
        "details",
        { class: "extras" },
        element("summary", {}, "Documento y acompañantes (opcional)"),
        element("div", { class: "sheet-row" }, field("Tipo", type), field("Número", number), field("Personas", people)),
      ),
    );
  });
}

/** @param {Desk} desk @param {Ticket} ticket */
function issued(desk, ticket) {
  desk.tell(`Dio el turno ${ticket.number}.`);
  sheet(`Turno ${ticket.number}`, (made) => {
    made.add(
      element("p", { class: "issued-number" }, ticket.number),
      element("p", { class: "issued-more" }, `${ticket.service_name} · ${say(CLASSES, ticket.attention_class)}`),
    );
    made.choices([{ label: "Ahora", options: [{ label: "Imprimir", pick: async () => desk.print(ticket.ticket_id) }] }]);
  });
}

/** @param {Desk} desk */
export function relief(desk) {
  const here = desk.state().counter?.counter;
  const options = elsewhere(desk.state()).map((each) => ({
    label: `${each.number} · ${each.name}`,
    note: each.operator ?? "",
    pick: async () => {
      await desk.send(`/api/v1/tickets/${each.ticket}/take-over`, { counter: here });
      desk.tell(`El turno ${each.number} sigue aquí.`);
    },
  }));
  return sheet("Continuar el turno de otra ventanilla", (made) => made.choices([{ label: "Turnos abiertos", options }]));
}

/** @param {Desk} desk */
export function paper(desk) {
  const { services } = desk.state();
  const series = select(services.map((each) => [each.series, `${each.series} · ${each.name}`]), services[0]?.series ?? "");
  const upTo = input({ type: "number", min: "1", max: "999999", required: "", inputmode: "numeric" });
  const made = new Sheet("Se llamó de viva voz", "Mientras no había servidor. Los turnos hasta este número quedan terminados.");
  made.form("Registrar", [field("Letra", series), field("Hasta el número", upTo)], async () => {
    const answer = await desk.send("/api/v1/paper-calls", { series: series.value, up_to: Number(upTo.value) });
    desk.tell(`Llamados en papel hasta ${series.value}-${upTo.value.padStart(3, "0")}: ${answer.finished} turnos terminados.`);
  });
  return made.open(upTo);
}

/** @param {Desk} desk @param {() => void} change */
export function counter(desk, change) {
  const here = desk.state().counter;
  const at = `/api/v1/counters/${here?.counter}`;
  const pauses = PAUSE_REASONS.map((reason) => ({
    label: reason,
    pick: async () => {
      await desk.send(`${at}/pause`, { reason });
      desk.tell(`Ventanilla en pausa: ${reason.toLowerCase()}.`);
    },
  }));
  const close = async () => {
    await desk.send(`${at}/close`);
    desk.tell("Ventanilla cerrada.");
  };
  const away = [
    { label: "Cerrar la ventanilla", pick: close },
    { label: "Cambiar de ventanilla", pick: async () => change() },
  ];
  return sheet(here?.name ?? "", (made) =>
    made.choices([{ label: "Pausar por", options: pauses }, { label: "Terminar aquí", options: away }]),
  );
}

/** @param {Desk} desk @param {{name: string, operator: string}} taken @param {() => Promise<unknown>} take */
export function takeCounter(desk, taken, take) {
  return sheet(`${taken.name}: la atiende ${taken.operator}`, (made) => {
    made.choices([{ label: "¿Qué desea hacer?", options: [{ label: "Tomar la ventanilla", pick: take }] }]);
  }, "Si la toma, lo que esté abierto allí sigue con usted.");
}

/** Find a ticket while one types. @param {Desk} desk @param {(ticket: Target) => void} more */
export function find(desk, more) {
  const number = input({ type: "text", maxlength: "20", autocomplete: "off", spellcheck: "false", placeholder: "J-042 o número de documento" });
  const type = select([["", "Número de turno"], ...Object.entries(DOCUMENT_TYPES)], "");
  const found = element("ul", { class: "found", "aria-live": "polite" });
  const made = new Sheet("Buscar un turno de hoy");
  let asked = 0;
  let looking = Promise.resolve();

  async function look() {
    const typed = number.value.trim().toUpperCase();
    const mine = (asked += 1);
    if (typed.length < (type.value ? 4 : 2)) {
      found.removeAttribute("aria-busy");
      return found.replaceChildren();
    }
    const query = new URLSearchParams(type.value ? { type: type.value, document: typed } : { number: typed });
    try {
      const { tickets } = await read(`/api/v1/tickets/find?${query}`);
      if (mine !== asked) return;
      const none = element("li", { class: "soft" }, "Hoy no hay un turno así; revise el número.");
      found.replaceChildren(...(tickets.length > 0 ? tickets.map(result) : [none]));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      made.complaint.textContent = error.message;
    } finally {
      if (mine === asked) found.removeAttribute("aria-busy");
    }
  }

  /** @param {Ticket} ticket */
  function result(ticket) {
    const open = ["called", "serving"].includes(ticket.state);
    const where = ticket.counter_name ? ` · ${ticket.counter_name}` : "";
    const buttons = [
      made.option({ label: "Imprimir", pick: async () => desk.print(ticket.ticket_id) }),
      ...actions(desk, ticket).map((each) => made.option(each)),
      ...(["waiting", "transferred", "on_hold"].includes(ticket.state)
        ? [made.option({ label: "Más…", pick: async () => queueMicrotask(() => more(ticket)) })]
        : []),
    ];
    return element(
      "li",
      { class: "found-ticket", "data-ticket": ticket.number, "data-open": String(open) },
      element("strong", { class: "found-number" }, ticket.number),
      element("span", {}, `${say(TICKET_STATES, ticket.state)}${where} · ${ticket.service_name}`),
      element("span", { class: "options" }, ...buttons),
    );
  }

  const renew = () => {
    made.numbered = [];
    found.setAttribute("aria-busy", "true");
    looking = look();
  };
  number.addEventListener("input", renew);
  type.addEventListener("change", renew);
  number.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    event.preventDefault();
    void looking.then(() => made.numbered[0]?.focus()); // what is typed last is found first
  });
  made.add(element("div", { class: "sheet-row" }, field("Turno o documento", number), field("Buscar por", type)), found);
  return made.open(number);
}

/** What one may do with a found ticket, by where it stands. @param {Desk} desk @param {Ticket} ticket */
function actions(desk, ticket) {
  const here = desk.state().counter?.counter;
  if (["waiting", "transferred", "on_hold"].includes(ticket.state)) return [callOption(desk, ticket)];
  if (ticket.state === "no_show") return [resumeOption(desk, ticket, "Reincorporar a la fila")];
  if (["called", "serving"].includes(ticket.state) && ticket.counter !== here) {
    const pick = async () => {
      await desk.send(path(ticket, "take-over"), { counter: here });
      desk.tell(`El turno ${ticket.number} sigue aquí.`);
    };
    return [{ label: "Continuar aquí", pick }];
  }
  return [];
}

/** @param {Desk} desk @param {Target} ticket */
function callOption(desk, ticket) {
  const pick = async () => {
    const called = await desk.send(`/api/v1/counters/${desk.state().counter?.counter}/call`, { ticket_id: ticket.ticket_id });
    desk.tell(`Llamó al turno ${called.number}.`);
  };
  return { label: "Llamar ahora", pick };
}

/** @param {Desk} desk @param {Target} ticket @param {string} label @param {string} [note] */
function resumeOption(desk, ticket, label, note = "") {
  const pick = async () => {
    await desk.send(path(ticket, "resume"));
    desk.tell(`El turno ${ticket.number} volvió a la fila.`);
  };
  return { label, note, pick };
}

/** @param {Desk} desk @param {Target} ticket */
function cancelOption(desk, ticket) {
  const pick = async () => {
    await desk.send(path(ticket, "cancel"));
    desk.tell(`El turno ${ticket.number} quedó cancelado.`);
  };
  return { label: `Cancelar el turno ${ticket.number}`, mood: "danger", pick };
}

/** @param {Desk} desk @param {Target} ticket */
function targets(desk, ticket) {
  const state = desk.state();
  /** @param {any} body @param {string} name */
  const to = (body, name) => async () => {
    await desk.send(path(ticket, "transfer"), body);
    desk.tell(`Derivó ${ticket.number} a ${name}.`);
  };
  const closed = (/** @type {string} */ code) =>
    state.counters.find((each) => each.counter === code)?.state === "open" ? "" : "no está abierta";
  return [
    {
      label: "Derivar a otro servicio",
      options: state.services
        .filter((each) => each.code !== ticket.service)
        .map((each) => ({ label: each.name, note: each.series, pick: to({ service: each.code }, each.name) })),
    },
    {
      label: "Derivar a una ventanilla",
      options: state.counters
        .filter((each) => each.counter !== state.counter?.counter)
        .map((each) => ({ label: each.name, note: closed(each.counter), pick: to({ counter: each.counter }, each.name) })),
    },
    {
      label: "Derivar a un grupo",
      options: state.pools.map((each) => ({ label: each.name, pick: to({ pool: each.code }, each.name) })),
    },
  ];
}

/** @param {Desk} desk @param {Target} ticket */
function classes(desk, ticket) {
  /** @param {string} attention_class @param {string} reason */
  const change = (attention_class, reason) => async () => {
    await desk.send(path(ticket, "class"), { attention_class, reason });
    desk.tell(`El turno ${ticket.number} es ahora ${say(CLASSES, attention_class).toLowerCase()}.`);
  };
  const reasons = Object.entries(ATTENTION_REASONS).map(([code, words]) => ({
    label: `★ Preferencial: ${words}`,
    mood: "preferential",
    pick: change("preferential", code),
  }));
  const general = { label: "Regular", pick: change("general", "") };
  return { label: "Cambiar la clase", options: ticket.attention_class === "general" ? reasons : [general, ...reasons] };
}

/** @param {Sheet} made @param {Desk} desk @param {Target} ticket */
function askHold(made, desk, ticket) {
  const back = select(/** @type {[string, string][]} */ (RETURNS), "");
  const at = input({ type: "time" });
  const other = input({ maxlength: "60", autocomplete: "off" });
  /** @param {string} reason */
  const aside = async (reason) => {
    const return_at = at.value ? atHour(desk, at.value) : back.value ? desk.now() + Number(back.value) * 60000 : null;
    await desk.send(path(ticket, "hold"), { reason, return_at: return_at && new Date(return_at).toISOString() });
    desk.tell(`El turno ${ticket.number} espera aparte${return_at ? ` hasta las ${desk.hour(return_at)}` : ""}.`);
  };
  const options = HOLD_REASONS.map((reason) => ({ label: reason, pick: () => aside(reason) }));
  made.choices([{ label: "Espera aparte porque…", options }]);
  made.add(element("div", { class: "sheet-row" }, field("Se le llama otra vez", back), field("o a esta hora", at)));
  made.form("Poner aparte", [field("Otro motivo (sin nombres)", other)], async () => {
    if (!other.value.trim()) throw new Refused("no_reason", "Escriba el motivo.");
    await aside(other.value.trim());
  });
}

/** The next instant at which the site's clocks show `typed`. @param {Desk} desk @param {string} typed  "14:30" */
function atHour(desk, typed) {
  const minutes = (/** @type {string} */ text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
  const now = desk.now();
  const ahead = (minutes(typed) - minutes(desk.hour(now)) + 1440) % 1440;
  return Math.floor(now / 60000) * 60000 + ahead * 60000;
}

/**
 * @param {string} title
 * @param {(made: Sheet) => unknown} fill
 * @param {string} [lead]
 */
function sheet(title, fill, lead = "") {
  const made = new Sheet(title, lead);
  fill(made);
  return made.open(made.numbered[0] ?? null);
}
