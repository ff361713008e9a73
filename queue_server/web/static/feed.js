// @ts-check
// Follows the server's events and comes back by itself after any break, missing nothing.

const REOPEN_MS = 1000;

/**
 * @typedef {object} Following
 * @property {() => void} reopen  connect again after the last event seen
 * @property {() => number} last  id of the last event seen
 *
 * @typedef {object} FollowOptions
 * @property {string} url
 * @property {number} after  id of the last event already known
 * @property {string[]} kinds
 * @property {(kind: string, id: number, body: any) => void} onEvent  each id once, in order
 * @property {(connected: boolean) => void} onState
 */

/**
 * @param {FollowOptions} options
 * @returns {Following}
 */
export function follow({ url, after, kinds, onEvent, onState }) {
  let last = after;
  /** @type {EventSource | null} */
  let source = null;
  let timer = 0;

  /** @param {MessageEvent<string>} message */
  function take(message) {
    const id = Number(message.lastEventId);
    if (id <= last) return;
    last = id;
    onEvent(message.type, id, JSON.parse(message.data));
  }

  function open() {
    clearTimeout(timer);
    source?.close();
    const opened = new EventSource(`${url}?after=${last}`);
    source = opened;
    opened.onopen = () => onState(true);
    opened.onerror = () => {
      onState(false);
      // The browser reconnects after a broken connection, but gives up after an HTTP refusal.
      if (opened.readyState === EventSource.CLOSED) {
        clearTimeout(timer);
        timer = window.setTimeout(open, REOPEN_MS);
      }
    };
    for (const kind of kinds) opened.addEventListener(kind, take);
  }

  open();
  return { reopen: open, last: () => last };
}
