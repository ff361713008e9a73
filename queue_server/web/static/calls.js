// @ts-check
// Calls take turns at being the newest: each is shown long enough to be read, in order.

export const SHOWN_MS = 3000;
export const MAX_PENDING = 20;

/**
 * @typedef {object} Call
 * @property {string} number
 * @property {string} counter_name
 * @property {"general" | "preferential"} attention_class
 */

/** Hands calls one by one to `show`, at least `SHOWN_MS` apart. */
export class CallQueue {
  /** @param {(call: Call) => void} show */
  constructor(show) {
    this.show = show;
    /** @type {Call[]} */
    this.pending = [];
    this.resting = false;
  }

  /**
   * Show `call` now or after those before it. Beyond `MAX_PENDING` the oldest one gives way; the
   * list beside still holds it.
   * @param {Call} call
   */
  push(call) {
    this.pending.push(call);
    if (this.pending.length > MAX_PENDING) this.pending.shift();
    if (!this.resting) this.advance();
  }

  advance() {
    const call = this.pending.shift();
    this.resting = call !== undefined;
    if (call === undefined) return;
    this.show(call);
    setTimeout(() => this.advance(), SHOWN_MS);
  }
}
