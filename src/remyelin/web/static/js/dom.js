// Elements, numbers and words. Text is always set as text, never as markup.

import { state } from "./state.js";

export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function s(tag, attributes, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, text] of Object.entries(value)) node.style.setProperty(key, text);
    else if (["value", "checked", "selected", "disabled", "open"].includes(name) && name in node) node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(unbroken(String(child))));
  }
  return node;
}

export function clear(node, ...children) {
  node.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

let count = 0;
export const unique = (stem) => `${stem}-${++count}`;

export function number(value, digits = 3) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return value.toExponential(1).replace("e", " x 10^").replace("+", "");
  const places = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  const text = value.toFixed(Math.min(places, 6));
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

// A unit as on paper: with its Greek letter.
export const micro = (unit) => unit.replace(/\bu(?=(mol|V|m|g|s|F\/cm2)\b)/g, "\u00b5").replace(/(?<=\d )C\b/g, "\u00b0C");

// No line ends between a number and its sign of percent.
export const unbroken = (text) => text.replace(/(?<=\d) %/g, "\u00a0%");

export const percent = (value) => (value === null || value === undefined ? "" : unbroken(`${Math.round(100 * value)} %`));

// The names of pathways, segments and studies stand in the catalogue of the server, which sends them with their words.
const named = (kind) => state.about?.drawing.names[kind] || {};
const CAPITALS = new Set(["b12", "cmct", "f", "mma", "mcv"]);
export function words(name) {
  const acronyms = Object.values(named("acronyms"));
  return name.split("_").map((word) => (CAPITALS.has(word) || acronyms.includes(word) ? word.toUpperCase() : word)).join(" ");
}

export const sentence = (text) => (text ? text[0].toUpperCase() + text.slice(1) : "");

export function monthWords(month) {
  const whole = Math.round(month);
  if (whole === 0) return "at diagnosis";
  const size = Math.abs(whole);
  const text = size % 12 === 0 ? `${size / 12} year${size === 12 ? "" : "s"}` : `${size} month${size === 1 ? "" : "s"}`;
  return whole < 0 ? `${text} before diagnosis` : `${text} after diagnosis`;
}

// Pathways, the stretches of them, and their branches as a visitor would say them.
export const pathwayName = (name) => named("pathways")[name] || sentence(words(name));
export const stretchName = (name) => named("segments")[name] || sentence(words(name));
export const branchName = (name) => named("branches")[name] || sentence(words(name));

// `exact`: a unit; a field beside the slider takes the number itself.
export function slider({ label, min, max, step = 1, value, show, hint, oninput, id, exact }) {
  const key = id || unique("slider");
  const output = h("output", { for: key }, show(value));
  const input = h("input", {
    id: key, type: "range", min, max, step, "aria-valuetext": show(value),
    oninput: () => {
      const now = Number(input.value);
      oninput(now);
      output.textContent = unbroken(show(now));
      input.setAttribute("aria-valuetext", show(now));
      if (field) field.value = String(now);
    },
  });
  input.value = value;
  const field = exact && h("input", { type: "number", class: "exact", id: `${key}-exact`, min, max, step, "aria-label": `${label}, ${exact}`, onchange: () => {
    const now = Math.min(max, Math.max(min, Number(field.value) || 0));
    oninput(now);
    node.set(now);
  } });
  if (field) field.value = String(value);
  const node = h("div", { class: "field" }, h("label", { for: key }, label, output), field ? h("div", { class: "pair" }, input, field) : input, hint && h("p", { class: "hint" }, hint));
  node.set = (now) => {
    input.value = now;
    if (field) field.value = String(now);
    output.textContent = unbroken(show(now));
    input.setAttribute("aria-valuetext", show(now));
  };
  return node;
}

export function select({ label, options, value, onchange, id, hint }) {
  const key = id || unique("select");
  const input = h("select", { id: key, onchange: () => onchange(input.value) },
    options.map(([name, text]) => h("option", { value: name }, text)));
  input.value = value;
  const node = h("div", { class: "field" }, h("label", { for: key }, label), input, hint && h("p", { class: "hint" }, hint));
  node.set = (now) => { input.value = now; };
  return node;
}

// Opens and closes the drawer it stands in; seen on narrow screens only.
export function drawerButton(label) {
  const button = h("button", { type: "button", class: "drawer-button", "aria-expanded": "false", onclick: () => {
    button.setAttribute("aria-expanded", String(button.parentElement.classList.toggle("open")));
  } }, label);
  return button;
}

export function table(caption, columns, rows, { numeric = true, stacked = false } = {}) {
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    h("table", { class: stacked && "stacked" },
      h("caption", {}, caption),
      h("thead", {}, h("tr", {}, columns.map((column, i) => h("th", { scope: "col", class: i && numeric && !rows.some((row) => row[i]?.text) ? "num" : "" }, column)))),
      h("tbody", {}, rows.map((row) => h("tr", { class: row.group ? "group" : "" },
        (row.cells || row).map((cell, i) => {
          const inside = cell && cell.node !== undefined ? cell : { node: cell };
          return i === 0
            ? h("th", { scope: "row", class: inside.class, colspan: inside.colspan }, inside.node)
            : h("td", { class: `${numeric && !inside.text ? "num" : ""} ${inside.class || ""}`, colspan: inside.colspan, "data-heading": stacked && columns[i] }, inside.node);
        }))))));
}

export const source = (entry, text) => h("a", { class: "source", href: `#sources/${entry}`, title: `Where this number comes from: ${entry}` }, text || "source");

export function download(name, text, type) {
  const link = h("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// Many buttons or links as one stop of the Tab key: arrows, Home and End move between them. Call again after a redraw.
export function roving(node, selector) {
  const all = () => [...node.querySelectorAll(selector)].filter((item) => item.getClientRects().length > 0);
  const stop = (item) => {
    for (const other of node.querySelectorAll(selector)) other.tabIndex = other === item ? 0 : -1;
  };
  stop(node.querySelector(selector));
  if (node.dataset.roving) return;
  node.dataset.roving = "1";
  node.addEventListener("focusin", (event) => { const item = event.target.closest(selector); if (item && node.contains(item)) stop(item); });
  node.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    const list = all();
    const at = list.indexOf(event.target);
    if (!step || at < 0) return;
    event.preventDefault();
    list[Math.min(list.length - 1, Math.max(0, at + step))].focus();
  });
}
