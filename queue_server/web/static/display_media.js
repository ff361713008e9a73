// @ts-check
// Pictures and silent films one after the other while nobody is called.

import { element } from "./dom.js";

const PICTURE_MS = 12000;
const FILM_AT_MOST_MS = 180000;
const AFTER_FAULT_MS = 3000;

/** @typedef {{url: string, kind: "image" | "video"}} Medium */

export class MediaPanel {
  /** @param {HTMLElement} frame */
  constructor(frame) {
    this.frame = frame;
    /** @type {Medium[]} */
    this.media = [];
    this.next = 0;
    this.timer = 0;
    this.playing = false;
    this.still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /** @param {Medium[]} media */
  offer(media) {
    const shown = this.still ? media.filter((each) => each.kind === "image") : media;
    if (JSON.stringify(shown) === JSON.stringify(this.media)) return;
    this.media = shown;
    this.next = 0;
    this.frame.replaceChildren();
    clearTimeout(this.timer);
    if (this.playing) this.advance();
  }

  get empty() {
    return this.media.length === 0;
  }

  /** Show on from where it stopped. */
  play() {
    if (this.playing || this.empty) return;
    this.playing = true;
    const film = this.frame.querySelector("video");
    if (film && !film.ended) void film.play().catch(() => this.soon(AFTER_FAULT_MS));
    else if (this.frame.childElementCount > 0) this.soon(PICTURE_MS);
    else this.advance();
  }

  /** A call is announced: everything waits. */
  pause() {
    this.playing = false;
    clearTimeout(this.timer);
    this.frame.querySelector("video")?.pause();
  }

  advance() {
    clearTimeout(this.timer);
    if (!this.playing || this.empty) return;
    const medium = this.media[this.next % this.media.length];
    this.next += 1;
    this.frame.replaceChildren(medium.kind === "video" ? this.film(medium.url) : this.picture(medium.url));
  }

  /** @param {number} ms */
  soon(ms) {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.advance(), ms);
  }

  /** @param {string} url */
  picture(url) {
    const made = element("img", { src: url, alt: "" });
    made.addEventListener("error", () => this.soon(AFTER_FAULT_MS));
    this.soon(PICTURE_MS);
    return made;
  }

  /** @param {string} url */
  film(url) {
    const made = /** @type {HTMLVideoElement} */ (element("video", { src: url, playsinline: "" }));
    made.muted = true;
    made.addEventListener("ended", () => this.advance());
    made.addEventListener("error", () => this.soon(AFTER_FAULT_MS));
    this.soon(FILM_AT_MOST_MS);
    void made.play().catch(() => this.soon(AFTER_FAULT_MS));
    return made;
  }
}
