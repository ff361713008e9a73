// @ts-check
// The site's time on a machine whose own clock may be wrong, or set right while it runs.

export class SiteClock {
  /** @param {() => number} ticks  ms that only ever go forward */
  constructor(ticks = () => performance.now()) {
    this.ticks = ticks;
    this.ahead = Date.now() - ticks();
  }

  /**
   * Believe the server's time, read halfway between asking and hearing.
   * @param {string} instant  ISO 8601
   * @param {number} asked  ticks
   * @param {number} heard  ticks
   */
  set(instant, asked, heard) {
    const time = Date.parse(instant);
    if (!Number.isNaN(time)) this.ahead = time - (asked + heard) / 2;
  }

  /** Now, in ms since 1970, by the server's clock. */
  now() {
    return this.ticks() + this.ahead;
  }
}
