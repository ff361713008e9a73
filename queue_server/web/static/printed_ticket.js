// @ts-check
// Prints the ticket as soon as it is drawn, and closes once it was printed or left.

import { byId } from "./dom.js";

byId("print").addEventListener("click", () => window.print());
byId("close").addEventListener("click", () => window.close());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") window.close();
});
window.addEventListener("afterprint", () => window.close());
requestAnimationFrame(() => window.print());
