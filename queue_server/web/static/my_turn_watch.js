// @ts-check
// Tells the page when to look again: by the live feed while there is a place in it, else by the
// clock. Many phones come back at once after a cut, so every pause is a little random.

const POLL_MS = 10_000;
const SAFETY_MS = 60_000;
const REFUSED_PAUSE_MS = 60_000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
const OTHERS_MS = 2500;
const KINDS = [
  "ticket.issued", "ticket.called", "ticket.recalled", "ticket.started", "ticket.finished",
  "ticket.undone", "ticket.no_show", "ticket.held", "ticket.resumed", "ticket.transferred",
  "ticket.class_changed", "ticket.cancelled", "ticket.handed_over", "tickets.merged",
  "tickets.called_on_paper",
];

/**
 * `pause` made a little random: 75 % to 125 % of it.
 * @param {number} pause
 */
export function jittered(pause) {
  return pause * (0.75 + Math.random() / 2);
}

/**
 * @typedef {object} Watch
 * @property {() => void} stop
 * @property {() => void} now  look at once and listen anew
 *
 * @typedef {object} WatchOptions
 * @property {string} url  of the feed
 * @property {() => {number: string, event: number}} known  what the page shows now
 * @property {(recalled: boolean) => Promise<void>} look  ask where the turn stands
 */

/**
 * @param {WatchOptions} options
 * @returns {Watch}
 */
export function watch({ url, known, look }) {
  /** @type {EventSource | null} */
  let source = null;
  let failures = 0;
  let reopenTimer = 0;
  let pollTimer = 0;
  let soonTimer = 0;
  let stopped = false;

  /** @param {MessageEvent<string>} message */
  function take(message) {
    const own = JSON.parse(message.data).number === known().number;
    if (own) {
      clearTimeout(soonTimer);
      soonTimer = 0;
      void look(message.type === "ticket.recalled");
    } else if (!soonTimer) {
      soonTimer = window.setTimeout(() => {
        soonTimer = 0;
        void look(false);
      }, jittered(OTHERS_MS));
    }
  }

  /** @param {number} pause */
  function poll(pause) {
    clearTimeout(pollTimer);
    pollTimer = window.setTimeout(async () => {
      await look(false);
      if (!stopped) poll(source?.readyState === EventSource.OPEN ? SAFETY_MS : POLL_MS);
    }, jittered(pause));
  }

  function open() {
    clearTimeout(reopenTimer);
    source?.close();
    const opened = new EventSource(`${url}?after=${known().event}`);
    source = opened;
    opened.onopen = () => {
      failures = 0;
      poll(SAFETY_MS);
    };
    opened.onerror = () => {
      // An HTTP refusal closes it for good (503: no place left); a cut would be retried by the
      // browser at once and by every phone in the same second, so neither is left to it.
      const refused = opened.readyState === EventSource.CLOSED;
      opened.close();
      const pause = refused
        ? REFUSED_PAUSE_MS
        : Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
      failures += 1;
      clearTimeout(reopenTimer);
      reopenTimer = window.setTimeout(open, jittered(pause));
      poll(POLL_MS);
    };
    for (const kind of KINDS) opened.addEventListener(kind, take);
  }

  function stop() {
    stopped = true;
    source?.close();
    for (const timer of [reopenTimer, pollTimer, soonTimer]) clearTimeout(timer);
  }

  function now() {
    stopped = false;
    void look(false);
    if (source?.readyState !== EventSource.OPEN) open();
    poll(SAFETY_MS);
  }

  open();
  poll(POLL_MS);
  return { stop, now };
}
