// @ts-check
// The Spanish of the words that programs exchange.

/** @type {Record<string, string>} */
export const CLASSES = { general: "Regular", preferential: "Preferencial" };

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
