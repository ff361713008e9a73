// @ts-check
// Building elements without markup in strings: text is always text.

/**
 * The element with this id; a page without it is a programming error.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element #${id}`);
  return found;
}

/**
 * A new element with attributes and children; null attributes and children are left out.
 * @param {string} tag
 * @param {Record<string, string | null>} [attributes]
 * @param {...(Node | string | null)} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/**
 * Make `wanted` the children of `box`. What stays in its place is not touched: a press that has
 * begun on it ends on it, and it keeps the focus.
 * @param {HTMLElement} box
 * @param {HTMLElement[]} wanted
 */
export function arrange(box, wanted) {
  const stays = new Set(wanted);
  for (const child of [...box.children]) {
    if (!stays.has(/** @type {HTMLElement} */ (child))) child.remove();
  }
  wanted.forEach((child, place) => {
    if (box.children[place] !== child) box.insertBefore(child, box.children[place] ?? null);
  });
}

/**
 * Set the words of `place` if they are new: a screen reader hears only what changed.
 * @param {Element} place
 * @param {string} words
 */
export function write(place, words) {
  if (place.textContent !== words) place.textContent = words;
}
