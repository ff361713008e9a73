// @ts-check
// The week as bars. SVG attributes, because the page allows no inline style.

const NS = "http://www.w3.org/2000/svg";
const DAYS = ["Lun", "Mar", "Mié", "Jue", "Vie", "Sáb", "Dom"];
const WIDTH = 1000;
const LEFT = 56;
const ROW = 26;
const TOP = 22;

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {string} [words]
 */
function shape(tag, attributes, words = "") {
  const made = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.textContent = words;
  return made;
}

/** @param {string} clock */
function minutes(clock) {
  const [hour, minute] = clock.split(":").map(Number);
  return hour * 60 + minute;
}

/**
 * @param {HTMLElement} box
 * @param {import("./administration_hours.js").Session[] | null} sessions  null: always open
 */
export function drawWeek(box, sessions) {
  const drawn = (sessions ?? DAYS.map((_, weekday) => ({ weekday, opens: "00:00", closes: "00:00", last_ticket: "00:00" })))
    .filter((each) => each.opens && each.closes && each.last_ticket)
    .map((each) => ({ ...each, from: minutes(each.opens), last: minutes(each.last_ticket) || 1440, to: minutes(each.closes) || 1440 }))
    .filter((each) => each.from < each.to);
  const first = Math.max(0, Math.floor(Math.min(480, ...drawn.map((each) => each.from)) / 60) - 1);
  const last = Math.min(24, Math.ceil(Math.max(1020, ...drawn.map((each) => each.to)) / 60) + 1);
  const scale = (WIDTH - LEFT) / ((last - first) * 60);
  const at = (/** @type {number} */ minute) => LEFT + (minute - first * 60) * scale;
  const height = TOP + ROW * 7;
  const svg = shape("svg", { viewBox: `0 0 ${WIDTH} ${height + 4}`, "aria-hidden": "true" });
  for (let hour = first; hour <= last; hour += 1) {
    svg.append(shape("line", { class: "week-line", x1: at(hour * 60), x2: at(hour * 60), y1: TOP - 4, y2: height }));
    if (hour < last) svg.append(shape("text", { class: "week-hour", x: at(hour * 60) + 3, y: 12 }, `${hour}:00`));
  }
  DAYS.forEach((name, weekday) => {
    svg.append(shape("text", { class: "week-day", x: 0, y: TOP + weekday * ROW + 17 }, name));
    const own = drawn.filter((each) => each.weekday === weekday);
    if (own.length === 0) svg.append(shape("text", { class: "week-closed", x: at(first * 60) + 8, y: TOP + weekday * ROW + 17 }, "Cerrado"));
    for (const each of own) {
      const y = TOP + weekday * ROW + 3;
      const issuing = Math.min(Math.max(each.last, each.from), each.to);
      svg.append(shape("rect", { class: "week-late", x: at(each.from), y, width: (each.to - each.from) * scale, height: ROW - 6, rx: 4 }));
      svg.append(shape("rect", { class: "week-open", x: at(each.from), y, width: (issuing - each.from) * scale, height: ROW - 6, rx: 4 }));
      if ((each.to - each.from) * scale > 110) svg.append(shape("text", { class: "week-words", x: at(each.from) + 8, y: y + 14 }, `${each.opens} – ${each.closes}`));
    }
  });
  box.replaceChildren(svg);
  box.setAttribute("aria-label", DAYS.map((name, weekday) => {
    const own = drawn.filter((each) => each.weekday === weekday);
    return `${name}: ${own.length ? own.map((each) => `${each.opens} a ${each.closes}`).join(" y ") : "cerrado"}`;
  }).join(". "));
}
