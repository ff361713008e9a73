// @ts-check
// Chime and voice: made here or by our own server, played to their end, one after the other.

const VOICE_DEADLINE_MS = 4000;
const TRY_VOICE_AGAIN_MS = 300000;
const CHIME = [
  { hertz: 659.26, at: 0 },
  { hertz: 523.25, at: 0.34 },
];
const CHIME_S = 1.25;

/**
 * Two struck tones, each with a softer octave above, dying away.
 * @param {number} rate  samples a second
 * @returns {Float32Array}
 */
export function chimeSamples(rate) {
  const samples = new Float32Array(Math.round(CHIME_S * rate));
  for (const { hertz, at } of CHIME) {
    const first = Math.round(at * rate);
    for (let i = first; i < samples.length; i++) {
      const t = (i - first) / rate;
      const struck = Math.min(1, t / 0.004) * Math.exp(-4.2 * t);
      const tone = Math.sin(2 * Math.PI * hertz * t) + 0.35 * Math.sin(4 * Math.PI * hertz * t) * Math.exp(-3 * t);
      samples[i] += 0.32 * struck * tone;
    }
  }
  return samples;
}

/** @param {AudioContext} context */
function chimeIn(context) {
  const samples = chimeSamples(context.sampleRate);
  const buffer = context.createBuffer(1, samples.length, context.sampleRate);
  buffer.getChannelData(0).set(samples);
  return buffer;
}

/** @typedef {"on" | "blocked" | "none"} Sound  blocked: the browser waits for somebody's touch */

export class Loudspeaker {
  /** @param {() => void} onChange  sound or voice became possible, or impossible */
  constructor(onChange) {
    this.onChange = onChange;
    this.voiceless = false;
    this.tryVoiceAt = 0;
    /** @type {Map<string, Promise<ArrayBuffer | null>>} */
    this.fetched = new Map();
    /** @type {AudioBuffer | null} */
    this.chime = null;
    /** @type {AudioContext | null} */
    this.context = typeof AudioContext === "function" ? new AudioContext() : null;
    this.context?.addEventListener("statechange", onChange);
  }

  /** @returns {Sound} */
  get sound() {
    if (this.context === null) return "none";
    return this.context.state === "running" ? "on" : "blocked";
  }

  /** After somebody touched the screen, or the browser allows sound anyway. */
  wake() {
    if (this.context?.state === "suspended") void this.context.resume();
  }

  /**
   * Ask for a spoken call before its turn comes.
   * @param {string} url
   */
  prepare(url) {
    if (this.fetched.has(url) || performance.now() < this.tryVoiceAt) return;
    this.fetched.set(url, this.fetch(url));
    const [oldest] = this.fetched.keys();
    if (this.fetched.size > 32) this.fetched.delete(oldest);
  }

  /**
   * Chime, then the voice at `url`; ends with the sound, or at once when `signal` is aborted.
   * @param {string} url
   * @param {AbortSignal} signal
   */
  async call(url, signal) {
    if (this.context === null || this.sound !== "on") return;
    this.prepare(url);
    this.chime ??= chimeIn(this.context);
    await this.play(this.chime, signal);
    const wav = await this.fetched.get(url);
    this.fetched.delete(url);
    if (!wav || signal.aborted) return;
    const voice = await this.context.decodeAudioData(wav).catch(() => null);
    if (voice) await this.play(voice, signal);
  }

  /**
   * @param {AudioBuffer} buffer
   * @param {AbortSignal} signal
   * @returns {Promise<void>}
   */
  play(buffer, signal) {
    const context = this.context;
    if (context === null || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const source = context.createBufferSource();
      source.buffer = buffer;
      source.connect(context.destination);
      const stop = () => source.stop();
      // A sound card that was unplugged never says "ended".
      const deadline = setTimeout(finish, buffer.duration * 1000 + 2000);
      function finish() {
        clearTimeout(deadline);
        signal.removeEventListener("abort", stop);
        resolve();
      }
      signal.addEventListener("abort", stop);
      source.addEventListener("ended", finish);
      source.start();
    });
  }

  /**
   * @param {string} url
   * @returns {Promise<ArrayBuffer | null>}
   */
  async fetch(url) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(VOICE_DEADLINE_MS) });
      if (response.ok) {
        this.hears(true);
        return await response.arrayBuffer();
      }
      const problem = await response.json().catch(() => ({}));
      if (problem.title === "no_voice") this.hears(false);
    } catch {
      // the chime alone: the board itself says when the server is gone
    }
    return null;
  }

  /** @param {boolean} voice */
  hears(voice) {
    this.tryVoiceAt = voice ? 0 : performance.now() + TRY_VOICE_AGAIN_MS;
    if (this.voiceless === !voice) return;
    this.voiceless = !voice;
    this.onChange();
  }
}
