// @ts-check
// The board in the waiting room: listens to the server, announces calls, says when it is deaf.

import { NOTHING, heardKey, onStage, step } from "./display_calls.js";
import { MediaPanel } from "./display_media.js";
import { admitted } from "./display_pairing.js";
import { Board } from "./display_view.js";
import { byId } from "./dom.js";
import { listen } from "./event_stream.js";
import { Loudspeaker } from "./loudspeaker.js";
import { SiteClock } from "./site_clock.js";

const SHOWN_MS = 4000; // a call without sound can be read this long
const REST_MS = 8000; // after the last announcement, before pictures come back
const SILENCE_MS = 35000; // the server says something every 15 s
const READ_MS = 30000;
const READ_AT_MOST_EACH_MS = 3000;
const PANEL_MS = 300000;
const MESSAGE_MS = 9000;
const RETRY_MS = 2000;
const DEADLINE_MS = 5000;
const HEARD = "heard";
const RELOADED = "reloaded";

const clock = new SiteClock();
const board = new Board(document.body.dataset.zone ?? "America/Lima");
const media = new MediaPanel(byId("media"));
const loudspeaker = new Loudspeaker(tellSound);

let state = NOTHING;
/** @type {{key: number, abort: AbortController} | null} */
let announcing = null;
let restsUntil = 0;
let deaf = true;
let heardAt = performance.now();
/** @type {number | null} */
let lastWord = null;
let lastRead = -READ_AT_MOST_EACH_MS;
let readTimer = 0;
let newBuild = false;
let build = "";
/** @type {string[]} */
let messages = [];
let message = 0;
/** @type {import("./event_stream.js").Listening | null} */
let feed = null;

/** @param {import("./display_calls.js").Action} action */
function dispatch(action) {
  state = step(state, action);
  draw(); // seen first, then heard: making the sound takes a moment
  if (state.announcing?.key !== announcing?.key) {
    announcing?.abort.abort();
    announcing = null;
    if (state.announcing) void announce(state.announcing);
  }
  if (loudspeaker.sound === "on") state.waiting.forEach((each) => loudspeaker.prepare(voiceOf(each)));
}

function draw() {
  const resting = performance.now() >= restsUntil;
  const calling = state.announcing !== null || (!resting && onStage(state) !== null);
  const empty = onStage(state) === null ? "idle" : "call";
  const mode = calling ? "call" : media.empty ? empty : "media";
  if (mode === "media") media.play();
  else media.pause();
  board.draw(state, mode);
}

/** @param {import("./display_calls.js").Announcement} call */
async function announce(call) {
  const abort = new AbortController();
  announcing = { key: call.key, abort };
  await Promise.all([pause(SHOWN_MS), loudspeaker.call(voiceOf(call), abort.signal)]);
  if (abort.signal.aborted) return;
  remember(heardKey(call));
  restsUntil = performance.now() + REST_MS;
  setTimeout(draw, REST_MS + 50);
  dispatch({ kind: "announced", key: call.key });
  if (newBuild) reloadWhenQuiet();
}

/** @param {{number: string, counter: string}} call */
function voiceOf({ number, counter }) {
  return `/api/v1/voice/${encodeURIComponent(number)}/${encodeURIComponent(counter)}.wav`;
}

/** @returns {string[]} */
function heard() {
  return JSON.parse(sessionStorage.getItem(HEARD) ?? "[]");
}

/** A board that loads itself anew must not repeat what it has just said. @param {string} key */
function remember(key) {
  sessionStorage.setItem(HEARD, JSON.stringify([...heard(), key].slice(-20)));
}

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * @param {string} path
 * @returns {Promise<Response | null>} null when no answer came
 */
async function ask(path) {
  try {
    return await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(DEADLINE_MS) });
  } catch {
    return null;
  }
}

/**
 * The server's state now, and its time; null when it does not say.
 * @returns {Promise<any>}
 */
async function read() {
  const asked = performance.now();
  lastRead = asked;
  const response = await ask("/api/v1/display");
  if (response === null) return null;
  if (response.status === 401) {
    if (feed !== null) location.reload(); // the credential was taken away
    await admitted();
    return read();
  }
  if (!response.ok) return null;
  const body = await response.json();
  clock.set(body.now ?? response.headers.get("date"), asked, performance.now());
  board.surroundings(body);
  tellMessages(body.announcements ?? []);
  return body;
}

/** Look at the server's state again; true when it answered. */
async function refresh() {
  const before = feed?.last() ?? 0;
  const reading = await read();
  if (reading === null) return false;
  if (reading.event_id < before) location.reload(); // another database: its events begin anew
  // A reading that knows a call the feed has not brought: the connection only looks alive.
  const [newest] = reading.calls;
  const missing = newest !== undefined && !state.calls.some((call) => call.number === newest.number);
  if (missing) setTimeout(() => feed?.last() === before && feed.reopen(), RETRY_MS);
  dispatch({ kind: "reading", reading, now: clock.now() });
  return true;
}

/** Something changed: look soon, but not for each of many changes. */
function readSoon() {
  if (readTimer !== 0) return;
  const wait = Math.max(200, lastRead + READ_AT_MOST_EACH_MS - performance.now());
  readTimer = window.setTimeout(() => {
    readTimer = 0;
    void refresh();
  }, wait);
}

async function readPanel() {
  const response = await ask("/api/v1/display/panel");
  if (!response?.ok) return;
  const panel = await response.json();
  media.offer(panel.media);
  // Once for each build: two servers of different age must not make it flicker.
  newBuild = ![document.body.dataset.build, sessionStorage.getItem(RELOADED)].includes(panel.build);
  if (newBuild) build = panel.build;
  if (newBuild) reloadWhenQuiet();
  draw();
}

function reloadWhenQuiet() {
  if (state.announcing !== null) return;
  sessionStorage.setItem(RELOADED, build);
  location.reload();
}

/** @param {string[]} said */
function tellMessages(said) {
  if (JSON.stringify(said) !== JSON.stringify(messages)) {
    messages = said;
    message = 0;
  }
  byId("messages").hidden = messages.length === 0;
  byId("message").textContent = messages[message % Math.max(1, messages.length)] ?? "";
}

function nextMessage() {
  if (messages.length < 2) return;
  message = (message + 1) % messages.length;
  tellMessages(messages);
  byId("message").classList.remove("turning");
  requestAnimationFrame(() => byId("message").classList.add("turning"));
}

function tellSound() {
  const sound = loudspeaker.sound;
  byId("touch").hidden = sound !== "blocked";
  const silent = sound === "none";
  byId("sound").hidden = !silent && !loudspeaker.voiceless;
  byId("sound").textContent = silent ? "Pantalla sin sonido" : "Sin voz en el servidor: solo suena el timbre";
}

function onWord() {
  deaf = false;
  heardAt = performance.now();
  lastWord = clock.now();
  tellStale();
}

function onBreak() {
  deaf = true;
  tellStale();
}

function tellStale() {
  board.stale(deaf || performance.now() - heardAt > SILENCE_MS, lastWord);
}

function tick() {
  board.clock(clock.now());
  if (performance.now() - heardAt <= SILENCE_MS) return;
  tellStale();
  if (!deaf) feed?.reopen();
}

/** Before each connection: the clock may have stood still, the pages may be newer. */
async function prepare() {
  const answered = await refresh();
  if (answered) void readPanel();
  return answered;
}

/**
 * @param {string} name
 * @param {number} id
 * @param {any} body
 */
function onEvent(name, id, body) {
  dispatch({ kind: "event", id, name, body, now: clock.now() });
  if (name === "site.changed") void readPanel();
  readSoon();
}

async function start() {
  setInterval(tick, 1000);
  tick();
  for (const gesture of ["pointerdown", "keydown"]) document.addEventListener(gesture, () => loudspeaker.wake());
  loudspeaker.wake();
  tellSound();
  let reading = await read();
  while (reading === null) {
    tellStale();
    await pause(RETRY_MS);
    reading = await read();
  }
  onWord();
  dispatch({ kind: "begin", reading, now: clock.now(), heard: heard() });
  await readPanel();
  feed = listen({ url: "/api/v1/feed", after: reading.event_id, prepare, onEvent, onWord, onBreak });
  window.addEventListener("online", () => feed?.reopen());
  setInterval(() => void refresh(), READ_MS);
  setInterval(() => void readPanel(), PANEL_MS);
  setInterval(nextMessage, MESSAGE_MS);
  document.body.dataset.ready = "true";
}

void start();
