// @ts-check
// Sound, vibration and a lit screen for the call. A browser allows them only after a tap.

const NOTES_HZ = [880, 1108.7, 1318.5];
const NOTE_S = 0.22;
const ROUNDS = 3;

export class Alarm {
  constructor() {
    /** @type {AudioContext | null} */
    this.audio = null;
    /** @type {WakeLockSentinel | null} */
    this.light = null;
  }

  get on() {
    return this.audio !== null;
  }

  /** Called from a tap: sounds once, so that the person hears how loud it is. */
  async arm() {
    this.audio = new AudioContext();
    await this.audio.resume();
    this.ring(1);
    await this.keepLit();
  }

  disarm() {
    void this.audio?.close();
    this.audio = null;
    void this.light?.release();
    this.light = null;
  }

  /** The screen stays lit, where the browser can; it lets go whenever the page is hidden. */
  async keepLit() {
    try {
      this.light = this.on ? await navigator.wakeLock.request("screen") : null;
    } catch {
      this.light = null;
    }
  }

  /** @param {number} [rounds] */
  ring(rounds = ROUNDS) {
    navigator.vibrate?.(Array.from({ length: rounds * 2 }, (_, index) => (index % 2 ? 250 : 600)));
    if (this.audio === null) return;
    void this.audio.resume();
    for (let round = 0; round < rounds; round += 1) {
      NOTES_HZ.forEach((pitch, index) => this.note(pitch, round * 1.4 + index * NOTE_S));
    }
  }

  /**
   * @param {number} pitch in Hz
   * @param {number} delay in s
   */
  note(pitch, delay) {
    if (this.audio === null) return;
    const begins = this.audio.currentTime + delay;
    const loudness = this.audio.createGain();
    loudness.gain.setValueAtTime(0.0001, begins);
    loudness.gain.exponentialRampToValueAtTime(0.5, begins + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0001, begins + NOTE_S * 1.6);
    const tone = this.audio.createOscillator();
    tone.frequency.value = pitch;
    tone.connect(loudness).connect(this.audio.destination);
    tone.start(begins);
    tone.stop(begins + NOTE_S * 1.7);
  }
}
