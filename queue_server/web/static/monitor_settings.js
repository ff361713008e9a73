// @ts-check
// The few values of a kiosk's configuration that are changed from afar, as a person reads them.

import { Refused } from "./api.js";

/** @type {{key: string, label: string, hint: string, read: (text: string) => any}[]} */
export const SETTINGS = [
  { key: "speech.words_per_minute", label: "Velocidad de la voz", hint: "Palabras por minuto, de 80 a 300.", read: whole },
  { key: "screen.language", label: "Idioma inicial", hint: "es, en, qu o ay.", read: (text) => text },
  { key: "offline.numbers", label: "Números de reserva por servicio", hint: "De 0 a 50, para cuando el servidor no responde.", read: whole },
  { key: "discovery.enabled", label: "Anunciarse en la red", hint: "sí o no.", read: yes },
  { key: "places.reader", label: "Dónde está el lector", hint: "Una frase que se dice a quien no ve.", read: (text) => text },
  { key: "places.terminal", label: "Dónde está el terminal de tarjetas", hint: "Una frase que se dice a quien no ve.", read: (text) => text },
  { key: "places.paper", label: "Dónde sale el papel", hint: "Una frase que se dice a quien no ve.", read: (text) => text },
  { key: "places.cash", label: "Dónde se pone el efectivo", hint: "Una frase que se dice a quien no ve.", read: (text) => text },
  { key: "places.keypad", label: "Dónde está el teclado", hint: "Una frase que se dice a quien no ve.", read: (text) => text },
];

/**
 * The change as the server takes it; nothing typed gives back what the file says. Throws Refused.
 * @param {string} key
 * @param {string} typed
 * @returns {Record<string, any>}
 */
export function changed(key, typed) {
  const setting = SETTINGS.find((each) => each.key === key);
  const text = typed.trim();
  return { [key]: text === "" || !setting ? null : setting.read(text) };
}

/** @param {string} text */
function whole(text) {
  if (!/^\d{1,6}$/.test(text)) throw new Refused("typed", "Escriba un número entero.");
  return Number(text);
}

/** @param {string} text */
function yes(text) {
  const word = text.toLowerCase();
  if (["sí", "si"].includes(word)) return true;
  if (word === "no") return false;
  throw new Refused("typed", "Escriba sí o no.");
}
