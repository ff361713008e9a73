// @ts-check
// Carries orders out, one at a time and each exactly once.
//
// An order whose reply was lost keeps its key: asked for again it is the same order, until a fresh
// state has shown what became of it.

import { Refused, newKey, order } from "./api.js";

export class Orders {
  /**
   * @param {object} parts
   * @param {() => Promise<void>} parts.refresh
   * @param {() => void} parts.changed  `busy` changed
   * @param {() => void} parts.retrying
   */
  constructor({ refresh, changed, retrying }) {
    this.refresh = refresh;
    this.changed = changed;
    this.retrying = retrying;
    this.busy = false;
    /** @type {Map<string, string>} request -> key, while its outcome is unknown */
    this.unknown = new Map();
  }

  /**
   * The answer, after the state was read again. Throws Refused, also while another is under way.
   * @param {string} path
   * @param {any} [body]
   * @returns {Promise<any>}
   */
  async send(path, body) {
    if (this.busy) throw new Refused("busy", "Un momento: aún se atiende lo anterior.");
    const request = JSON.stringify([path, body]);
    const key = this.unknown.get(request) ?? newKey();
    this.setBusy(true);
    try {
      const answer = await order(path, this.retrying, body, key);
      this.unknown.delete(request);
      return answer;
    } catch (error) {
      if (error instanceof Refused && error.kind === "unreachable") this.unknown.set(request, key);
      throw error;
    } finally {
      await this.refresh();
      this.setBusy(false);
    }
  }

  /** The state was read: whatever had an unknown outcome shows there. */
  settle() {
    if (!this.busy) this.unknown.clear();
  }

  /** @param {boolean} busy */
  setBusy(busy) {
    this.busy = busy;
    this.changed();
  }
}
