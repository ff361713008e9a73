// @ts-check
// The server's events read from a plain response, so that a heartbeat is heard too.
//
// EventSource hides comments: a cable pulled out looks like a quiet morning to it. Here every
// byte is a sign of life, and silence can be told from peace (WHATWG HTML §9.2).

const PAUSES_MS = [500, 1000, 2000, 4000];

/**
 * @typedef {object} Listening
 * @property {() => void} reopen  end this connection and make a new one after the last event
 * @property {() => number} last  id of the last event seen
 *
 * @typedef {object} ListenOptions
 * @property {string} url
 * @property {number} after  id of the last event already known
 * @property {() => Promise<boolean>} prepare  asked before each connection; false: not yet
 * @property {(name: string, id: number, body: any) => void} onEvent  each id once, in order
 * @property {() => void} onWord  any sign of life
 * @property {() => void} onBreak
 */

/**
 * @param {ListenOptions} options
 * @returns {Listening}
 */
export function listen({ url, after, prepare, onEvent, onWord, onBreak }) {
  let last = after;
  let attempts = 0;
  let cut = new AbortController();
  let wake = () => {};

  async function once() {
    cut = new AbortController();
    if (!(await prepare())) return;
    const headers = { Accept: "text/event-stream", "Last-Event-ID": String(last) };
    const response = await fetch(`${url}?after=${last}`, { headers, cache: "no-store", signal: cut.signal });
    if (!response.ok || response.body === null) return;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const parser = new EventParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      attempts = 0;
      onWord();
      for (const event of parser.push(value)) take(event);
    }
  }

  /** @param {{id: string, name: string, data: string}} event */
  function take(event) {
    const id = Number(event.id);
    if (id <= last) return;
    last = id;
    if (event.data !== "") onEvent(event.name, id, JSON.parse(event.data));
  }

  async function forever() {
    for (;;) {
      try {
        await once();
      } catch {
        // told below, like an orderly end: the next connection reads on where this one stopped
      }
      onBreak();
      const pause = PAUSES_MS[Math.min(attempts, PAUSES_MS.length - 1)];
      attempts += 1;
      await new Promise((resolve) => {
        wake = () => resolve(undefined);
        setTimeout(resolve, pause * (0.75 + Math.random() / 2)); // not all displays at once
      });
    }
  }

  function reopen() {
    cut.abort();
    wake();
  }

  void forever();
  return { reopen, last: () => last };
}

/** Cuts text into events; what is incomplete waits for the next piece. */
export class EventParser {
  constructor() {
    this.rest = "";
    this.clear();
  }

  clear() {
    this.id = "";
    this.name = "message";
    /** @type {string[]} */
    this.data = [];
  }

  /**
   * @param {string} text
   * @returns {{id: string, name: string, data: string}[]}
   */
  push(text) {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    const events = [];
    for (const line of lines) {
      const event = this.line(line.replace(/\r$/, ""));
      if (event) events.push(event);
    }
    return events;
  }

  /** @param {string} line */
  line(line) {
    if (line === "") {
      const event = { id: this.id, name: this.name, data: this.data.join("\n") };
      this.clear();
      return event.id === "" ? null : event; // without data: the id of what was not meant for us
    }
    const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    if (field === "id") this.id = value;
    if (field === "event") this.name = value;
    if (field === "data") this.data.push(value);
    return null;
  }
}
