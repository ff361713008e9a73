// @ts-check
// A page's state, kept true: read anew after events, and after every break without being asked.
//
// The events only say that something happened; what it looks like now is read whole. However many
// events come, there are at most two readings a second.

import { Refused, read } from "./api.js";
import { listen } from "./event_stream.js";
import { SiteClock } from "./site_clock.js";

const GAP_MS = 450;
const TOGETHER_MS = 60; // what happens together is read together
const POLL_MS = 8000; // also finds a dead connection that nobody closed
const LOST_POLL_MS = 1000;

/**
 * @typedef {object} Live
 * @property {() => Promise<void>} refresh  ends after a reading that began later than the call
 * @property {() => boolean} connected  the last reading succeeded
 * @property {SiteClock} clock
 *
 * @typedef {object} LiveOptions
 * @property {() => string} path  of the state; its body has `now` and `event_id`
 * @property {(state: any) => void} show
 * @property {(name: string, body: any) => void} onEvent
 * @property {(connected: boolean, since: number) => void} onConnection  `since`: of the last state
 * @property {(refusal: Refused) => void} onRefusal  the state itself was refused
 */

/**
 * @param {LiveOptions} options
 * @returns {Live}
 */
export function live({ path, show, onEvent, onConnection, onRefusal }) {
  const clock = new SiteClock();
  let connected = true;
  let known = 0;
  let readAt = clock.now();
  let startedAt = -GAP_MS;
  let wanted = false;
  let timer = 0;
  let following = false;
  /** @type {Promise<void> | null} */
  let running = null;

  async function readOnce() {
    startedAt = performance.now();
    try {
      const state = await read(path());
      clock.set(state.now, startedAt, performance.now());
      readAt = clock.now();
      known = state.event_id;
      setConnected(true);
      show(state);
      if (!following) begin();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.kind === "unreachable") setConnected(false);
      else onRefusal(error);
    }
  }

  /** @param {boolean} now */
  function setConnected(now) {
    if (now === connected) return;
    connected = now;
    onConnection(connected, readAt);
  }

  async function loop() {
    while (wanted) {
      wanted = false;
      await readOnce();
    }
    running = null;
    plan(connected ? POLL_MS : LOST_POLL_MS);
  }

  function refresh() {
    wanted = true;
    clearTimeout(timer);
    running ??= loop();
    return running;
  }

  /** @param {number} wait */
  function plan(wait) {
    clearTimeout(timer);
    timer = window.setTimeout(() => void refresh(), wait);
  }

  function soon() {
    if (running) wanted = true;
    else plan(Math.max(TOGETHER_MS, startedAt + GAP_MS - performance.now()));
  }

  function begin() {
    following = true;
    listen({
      url: "/api/v1/feed",
      after: known,
      prepare: () => Promise.resolve(true),
      onEvent: (name, id, body) => {
        onEvent(name, body);
        if (id > known) soon();
      },
      onWord: () => {
        if (!connected) soon();
      },
      onBreak: soon,
    });
  }

  window.addEventListener("offline", soon);
  window.addEventListener("online", soon);
  return { refresh, connected: () => connected, clock };
}
