// @ts-check
// PURE: which calls the board shows and which it announces next. No clock, no page, no sound.
//
// Each call is announced in full, one after the other, in the order the server made them. Past
// MAX_WAITING the one that waited longest goes to the list unspoken; so does a call older than
// FRESH_MS when it becomes known (after a cut): its person has already looked, or left.

export const FRESH_MS = 20000;
export const MAX_WAITING = 12;
export const MAX_KEPT = 40;

/**
 * @typedef {object} Call one turn on the board
 * @property {string} number
 * @property {string} counter
 * @property {string} counterName
 * @property {string} attentionClass
 * @property {number} calledAt  ms since 1970, by the server's clock
 * @property {boolean} current  still expected or attended at the counter
 * @property {boolean} unspoken  nobody announced it aloud
 *
 * @typedef {object} Announcement
 * @property {number} key
 * @property {string} number
 * @property {string} counter
 * @property {string} counterName
 * @property {string} attentionClass
 * @property {number} calledAt
 * @property {boolean} again  a repeated call
 *
 * @typedef {object} State
 * @property {number} last  id of the newest event taken
 * @property {number} serial
 * @property {Call[]} calls  newest first
 * @property {Announcement[]} waiting  to be announced, in order
 * @property {Announcement | null} announcing
 * @property {Record<string, string>} names  counter -> name, as far as heard
 *
 * @typedef {{number: string, counter: string | null, counter_name: string, attention_class: string, state: string, called_at: string | null}} CallBody
 * @typedef {{event_id: number, calls: CallBody[]}} Reading  of /api/v1/display
 *
 * @typedef {{kind: "begin", reading: Reading, now: number, heard: string[]}
 *   | {kind: "reading", reading: Reading, now: number}
 *   | {kind: "event", id: number, name: string, body: any, now: number}
 *   | {kind: "announced", key: number}} Action
 */

/** @type {State} */
export const NOTHING = { last: 0, serial: 0, calls: [], waiting: [], announcing: null, names: {} };

const CURRENT = ["called", "serving"];

/**
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function step(state, action) {
  switch (action.kind) {
    case "begin":
      return advance(begin(action));
    case "reading":
      return reconcile(state, action.reading, action.now);
    case "event": {
      if (action.id <= state.last) return state;
      return advance(happened({ ...state, last: action.id }, action));
    }
    case "announced": {
      if (state.announcing?.key !== action.key) return state;
      return advance({ ...state, announcing: null });
    }
  }
}

/**
 * What the list shows: every current call first keeps its place, however many newer ones are done.
 * @param {State} state
 * @param {number} rows
 * @param {number} chips
 * @returns {{rows: Call[], chips: Call[], beyond: number}}
 */
export function listed(state, rows, chips) {
  const ranked = [...state.calls].sort((one, other) => Number(other.current) - Number(one.current));
  return {
    rows: newestFirst(ranked.slice(0, rows)),
    chips: newestFirst(ranked.slice(rows, rows + chips)),
    beyond: Math.max(0, ranked.length - rows - chips),
  };
}

/**
 * The call on the stage: the one being announced, else the newest that is still current.
 * @param {State} state
 * @returns {Call | Announcement | null}
 */
export function onStage(state) {
  return state.announcing ?? state.calls.find((call) => call.current) ?? null;
}

/**
 * How many people are expected at a counter without having been announced aloud.
 * @param {State} state
 */
export function unspoken(state) {
  return state.calls.filter((call) => call.current && call.unspoken).length;
}

/**
 * What tells one announcement from another across a reload.
 * @param {{number: string, calledAt: number}} call
 */
export function heardKey(call) {
  return `${call.number}@${call.calledAt}`;
}

/**
 * @param {{reading: Reading, now: number, heard: string[]}} action
 * @returns {State}
 */
function begin({ reading, now, heard }) {
  const calls = reading.calls.map((body) => ({ ...fromBody(body, now), current: CURRENT.includes(body.state) }));
  const state = { ...NOTHING, last: reading.event_id, calls, names: namesOf(calls) };
  return calls
    .filter((call) => call.current && fresh(call, now) && !heard.includes(heardKey(call)))
    .reverse()
    .reduce((before, call) => enqueue(before, call, false), state);
}

/**
 * A reading corrects the list; only events announce. One older than what is known says nothing.
 * @param {State} state
 * @param {Reading} reading
 * @param {number} now
 * @returns {State}
 */
function reconcile(state, reading, now) {
  if (reading.event_id < state.last) return state;
  const known = new Map(state.calls.map((call) => [call.number, call]));
  const read = reading.calls.map((body) => {
    const call = { ...fromBody(body, now), current: CURRENT.includes(body.state) };
    const before = known.get(call.number);
    const place = call.counter || !before ? {} : { counter: before.counter, counterName: before.counterName };
    return { ...call, ...place, unspoken: before?.unspoken ?? false };
  });
  const oldest = read.length > 0 ? Math.min(...read.map((call) => call.calledAt)) : -Infinity;
  const numbers = new Set(read.map((call) => call.number));
  const older = state.calls.filter((call) => !numbers.has(call.number) && call.calledAt < oldest);
  const calls = [...read, ...older].slice(0, MAX_KEPT);
  return { ...state, calls, names: { ...state.names, ...namesOf(calls) } };
}

/**
 * @param {State} state
 * @param {{name: string, body: any, now: number}} event
 * @returns {State}
 */
function happened(state, { name, body, now }) {
  switch (name) {
    case "ticket.called":
      return called(state, body, now, false);
    case "ticket.recalled":
      return called(state, body, now, true);
    case "ticket.undone":
      return body.undone === "called" ? withoutCall(state, body.number) : changed(state, body.number, { current: true });
    case "ticket.finished":
    case "ticket.no_show":
      return changed(state, body.number, { current: false });
    case "ticket.held":
    case "ticket.transferred":
    case "ticket.cancelled":
      return changed(withoutAnnouncement(state, body.number), body.number, { current: false });
    case "ticket.handed_over":
      return handedOver(state, body);
    case "day.closed":
      return { ...state, calls: [], waiting: [], announcing: null };
    default:
      return state;
  }
}

/**
 * @param {State} state
 * @param {any} body
 * @param {number} now
 * @param {boolean} again
 * @returns {State}
 */
function called(state, body, now, again) {
  const call = { ...fromBody(body, now), current: true };
  const young = fresh(call, now);
  const others = state.calls.filter((each) => each.number !== call.number);
  const calls = newestFirst([{ ...call, unspoken: !young }, ...others]).slice(0, MAX_KEPT);
  const next = { ...state, calls, names: { ...state.names, ...namesOf([call]) } };
  return young ? enqueue(next, call, again) : next;
}

/**
 * @param {State} state
 * @param {Call} call
 * @param {boolean} again
 * @returns {State}
 */
function enqueue(state, call, again) {
  // A repetition asked for several times before its turn came is one repetition.
  if (again && state.waiting.some((each) => each.again && each.number === call.number)) return state;
  const { number, counter, counterName, attentionClass, calledAt } = call;
  const key = state.serial + 1;
  const announcement = { key, number, counter, counterName, attentionClass, calledAt, again };
  const waiting = [...state.waiting, announcement];
  const next = { ...state, serial: key, waiting };
  if (waiting.length <= MAX_WAITING) return next;
  const [oldest, ...rest] = waiting;
  const stillWaits = rest.some((each) => each.number === oldest.number);
  return changed({ ...next, waiting: rest }, oldest.number, { unspoken: !stillWaits });
}

/**
 * @param {State} state
 * @param {string} number
 * @param {Partial<Call>} change
 * @returns {State}
 */
function changed(state, number, change) {
  return { ...state, calls: state.calls.map((call) => (call.number === number ? { ...call, ...change } : call)) };
}

/**
 * A call taken back was never meant: it leaves the list, the queue and the stage.
 * @param {State} state
 * @param {string} number
 * @returns {State}
 */
function withoutCall(state, number) {
  const calls = state.calls.filter((call) => call.number !== number);
  return withoutAnnouncement({ ...state, calls }, number);
}

/**
 * @param {State} state
 * @param {string} number
 * @returns {State}
 */
function withoutAnnouncement(state, number) {
  return {
    ...state,
    waiting: state.waiting.filter((each) => each.number !== number),
    announcing: state.announcing?.number === number ? null : state.announcing,
  };
}

/**
 * Another counter took the turn over: what is still to be said must name the new one.
 * @param {State} state
 * @param {{number: string, counter: string}} body
 * @returns {State}
 */
function handedOver(state, { number, counter }) {
  const place = { counter, counterName: state.names[counter] ?? counter };
  const waiting = state.waiting.map((each) => (each.number === number ? { ...each, ...place } : each));
  return changed({ ...state, waiting }, number, place);
}

/**
 * @param {State} state
 * @returns {State}
 */
function advance(state) {
  if (state.announcing !== null || state.waiting.length === 0) return state;
  const [announcing, ...waiting] = state.waiting;
  return { ...state, announcing, waiting };
}

/**
 * @param {any} body
 * @param {number} now
 * @returns {Omit<Call, "current">}
 */
function fromBody(body, now) {
  const at = Date.parse(body.called_at ?? body.at ?? "");
  return {
    number: body.number,
    counter: body.counter ?? "",
    counterName: body.counter_name || body.counter || "",
    attentionClass: body.attention_class,
    calledAt: Number.isNaN(at) ? now : at,
    unspoken: false,
  };
}

/**
 * @param {Call[]} calls
 * @returns {Call[]}
 */
function newestFirst(calls) {
  return [...calls].sort((one, other) => other.calledAt - one.calledAt);
}

/** @param {{counter: string, counterName: string}[]} calls */
function namesOf(calls) {
  return Object.fromEntries(calls.map((call) => [call.counter, call.counterName]));
}

/**
 * @param {{calledAt: number}} call
 * @param {number} now
 */
function fresh(call, now) {
  return now - call.calledAt < FRESH_MS;
}
