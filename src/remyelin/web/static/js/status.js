// Short words at the foot of the window. Each matter has a line of its own: what one part of the page has to say is never
// wiped out by another that has just finished.

import { h } from "./dom.js";

const home = document.getElementById("status");
const lines = new Map();

// Says `text` of a matter; an empty text takes its line away. `closes`: a button takes it away, too, which suits what
// does not end by itself.
export function say(matter, text, { closes = false } = {}) {
  lines.get(matter)?.remove();
  lines.delete(matter);
  if (text) {
    const line = h("p", { "data-matter": matter }, text, closes && h("button", { type: "button", onclick: () => say(matter, "") }, "Close"));
    lines.set(matter, line);
    home.append(line);
  }
  home.classList.toggle("on", lines.size > 0);
}
