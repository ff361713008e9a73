// @ts-check
// The Spanish of the words that programs exchange.

/** @type {Record<string, string>} */
export const CLASSES = { general: "Regular", preferential: "Preferencial" };

/** Peru's identity documents. @type {Record<string, string>} */
export const DOCUMENT_TYPES = {
  "01": "DNI",
  "04": "Carné de extranjería",
  "07": "Pasaporte",
  23: "PTP",
  26: "Carné CPP",
};

/** Where an application stands; a certificate is only ever "emitido". @type {Record<string, string>} */
export const APPLICATIONS = {
  registered: "Iniciada, sin pago",
  accepted: "Pagada; se espera la respuesta de la central",
  under_review: "En revisión por la central",
  issued: "Certificado emitido",
  refused: "No admitida",
};

/** Why the centre said no. @type {Record<string, string>} */
export const REFUSALS = {
  unknown_document: "el documento no figura en el registro",
  not_in_force: "el documento no está vigente",
  under_age: "es menor de 18 años",
  data_mismatch: "los datos no coinciden con el documento",
  payment_not_found: "el pago no se encontró",
  payment_used: "el pago ya se usó",
  payment_of_another: "el pago es de otra persona",
  payment_too_little: "el pago no alcanza",
  caller_not_allowed: "el módulo no está autorizado; avise a soporte",
  not_accepted: "la central no la admitió",
};

/** What must leave the site. @type {Record<string, string>} */
export const ERRANDS = {
  request: "Pedir el certificado a la central",
  follow_review: "Seguir la revisión en la central",
  fetch: "Traer el certificado de la central",
  mail: "Enviar el correo",
  voucher: "Comprobar el pago en el banco",
};

/** Why an errand came to a stop, by how its reason begins. @type {[string, string][]} */
export const ERRAND_REASONS = [
  ["signature", "la firma del certificado no pasó la verificación; avise a soporte"],
  ["digest", "el certificado llegó incompleto"],
  ["another_", "la central respondió sobre otra solicitud; consulte con ella"],
  ["contradiction", "la respuesta de la central se contradice; consulte con ella"],
  ["code_", "la central respondió algo desconocido; consulte con ella"],
  ["incomplete", "la respuesta de la central llegó incompleta"],
  ["malformed", "la respuesta de la central no se entiende"],
  ["the centre does not know", "la central no conoce esta solicitud; consulte con ella"],
  ["no mail server", "el módulo no tiene servidor de correo; avise a soporte"],
  ["mail server", "el servidor de correo no lo aceptó"],
  ["quota", "la central llegó a su límite"],
  ["no_connection", "no hubo conexión con la central"],
  ["LookupError", "falta un dato que esta tarea necesita; avise a soporte"],
];

/** Reasons a kiosk or a person at the counter declares. @type {Record<string, string>} */
export const ATTENTION_REASONS = {
  elderly: "persona mayor",
  pregnant: "gestante",
  with_child: "con niñas o niños",
  disability: "con discapacidad",
  other: "otra condición",
};

/** Where a ticket stands. @type {Record<string, string>} */
export const TICKET_STATES = {
  waiting: "Espera",
  transferred: "Derivado, espera",
  on_hold: "Espera aparte",
  called: "Llamado",
  serving: "En atención",
  finished: "Terminado",
  no_show: "Ausente",
  cancelled: "Cancelado",
  expired: "Vencido",
};

/** @type {Record<string, string>} */
export const COUNTER_STATES = { open: "Abierta", paused: "En pausa", closed: "Cerrada" };

/** Device states of CEN XFS4IoT. @type {Record<string, string>} */
export const DEVICE_STATES = {
  online: "Funciona",
  offline: "Conectado, pero no puede trabajar",
  powerOff: "Apagado",
  noDevice: "No se encuentra; revise el cable",
  hardwareError: "Falla del equipo",
  userError: "Espera que alguien retire o acomode algo",
  deviceBusy: "Trabajando",
  fraudAttempt: "Intento de fraude detectado",
  potentialFraud: "Posible manipulación",
  starting: "Iniciando",
};

/** @type {Record<string, string>} */
export const KINDS = {
  receipt_printer: "Impresora de turnos",
  document_reader: "Lector de documentos",
  cash_acceptor: "Aceptador de efectivo",
  card_terminal: "Terminal de tarjetas",
};

/** @type {Record<string, string>} */
export const PARTS = { paper: "Papel", media: "Documento", cover: "Tapa", cutter: "Cortador" };

/** @type {Record<string, string>} */
export const PART_WORDS = {
  unknown: "sin dato",
  full: "suficiente",
  low: "por acabarse",
  out: "agotado",
  jammed: "atascado",
  present: "presente",
  notPresent: "ninguno",
  entering: "entrando",
  retracted: "retenido",
  open: "abierta",
  closed: "cerrada",
};

/** What puts a device right again. @type {Record<string, string>} */
export const ACTIONS = {
  reset: "Apáguelo y enciéndalo",
  configuration: "Revise su configuración",
  clear: "Despeje el equipo",
  maintenance: "Requiere mantenimiento",
  suspend: "Se recupera solo; espere",
};

/** @type {Record<string, string>} */
export const PRESENCE = { online: "En línea", offline: "Sin señal", never: "Aún sin señal" };

/** @type {Record<string, string>} */
export const STANDINGS = {
  known_visible: "Conocido y visible",
  known_unseen: "Registrado, no visible en la red",
  unregistered: "No registrado",
};

/** @type {Record<string, string>} */
export const VERDICTS = { fine: "Bien", warning: "Advertencia", broken: "Averiado" };

/** @type {Record<string, string>} */
export const ROLES = { kiosk: "Quiosco", server: "Servidor" };

/**
 * The Spanish of `word`, or the word itself when it is new to us.
 * @param {Record<string, string>} table
 * @param {string} word
 * @returns {string}
 */
export function say(table, word) {
  return table[word] ?? word;
}

/**
 * Why an errand stopped, with the program's own word for support.
 * @param {string} reason
 */
export function whyStopped(reason) {
  const words = ERRAND_REASONS.find(([begins]) => reason.startsWith(begins))?.[1] ?? "falló de un modo que nadie previó; avise a soporte";
  return reason ? `${words} (${reason})` : words;
}

/**
 * "1 persona", "3 personas".
 * @param {number} count
 * @param {string} one
 * @param {string} many
 */
export function counted(count, one, many) {
  return `${count} ${count === 1 ? one : many}`;
}

/**
 * "hace 4 s", "hace 3 min", "hace 2 h".
 * @param {number} seconds
 */
export function ago(seconds) {
  if (seconds < 60) return `hace ${Math.round(seconds)} s`;
  if (seconds < 3600) return `hace ${Math.round(seconds / 60)} min`;
  if (seconds < 86400) return `hace ${Math.round(seconds / 3600)} h`;
  return `hace ${Math.round(seconds / 86400)} d`;
}

/**
 * How long somebody waits: "menos de 1 min", "12 min", "1 h 05 min".
 * @param {number} ms
 */
export function lasting(ms) {
  const minutes = Math.floor(Math.max(0, ms) / 60000);
  if (minutes < 1) return "menos de 1 min";
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/**
 * A running time: "0:07", "12:30", "1:02:09".
 * @param {number} ms
 */
export function running(ms) {
  const s = Math.floor(Math.max(0, ms) / 1000);
  const [hours, minutes, seconds] = [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60];
  const tail = `${hours ? String(minutes).padStart(2, "0") : minutes}:${String(seconds).padStart(2, "0")}`;
  return hours ? `${hours}:${tail}` : tail;
}
