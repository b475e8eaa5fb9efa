// Charts as SVG, drawn from the same plain figure data as the report: panels with series, bands, ranges, maps.

import { h, micro, number, s, unique } from "./dom.js";
import { mark } from "./rests.js";

const FONT = 11.5;
const dark = matchMedia("(prefers-color-scheme: dark)");

// Colours are one per pathway everywhere; the darkest two are lightened on a dark ground to be seen at all.
export function ink(colour) {
  if (!colour || colour.startsWith("var(")) return colour || "var(--ink)";
  if (!dark.matches) return colour;
  const [r, g, b] = [1, 3, 5].map((i) => Number.parseInt(colour.slice(i, i + 2), 16));
  const light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  if (light < 40) return "#f0f2f4";
  if (light < 85) return `color-mix(in srgb, ${colour} 45%, white)`;
  return colour;
}

// Cividis at nine places: reads in grey and for colour-blind eyes.
const CIVIDIS = ["#00224e", "#1a386f", "#434e6c", "#61656f", "#7d7c78", "#9b9476", "#bcad6c", "#dfc85a", "#fee838"];
export function scale(share) {
  const at = Math.min(1, Math.max(0, share)) * (CIVIDIS.length - 1);
  const low = Math.floor(at);
  return `color-mix(in srgb, ${CIVIDIS[Math.min(low + 1, 8)]} ${Math.round(100 * (at - low))}%, ${CIVIDIS[low]})`;
}

function ticks(low, high, count) {
  const span = high - low;
  if (!(span > 0)) return [low];
  const raw = span / count;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((k) => k * size).find((k) => k >= raw * 0.999);
  const found = [];
  for (let at = Math.ceil(low / step - 1e-9) * step; at <= high + 1e-9 * span; at += step) found.push(Math.abs(at) < step * 1e-9 ? 0 : at);
  return found;
}

// Months read best in years or quarters.
function monthTicks(low, high, count) {
  const step = [1, 2, 3, 6, 12, 24, 60, 120, 240].find((k) => (high - low) / k <= count) || 240;
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high; at += step) found.push(at);
  return found;
}

function logTicks(low, high, room = 7) {
  const every = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
    for (const k of [1, 2, 5]) if (k * 10 ** power >= low && k * 10 ** power <= high) every.push(k * 10 ** power);
  }
  return every.length <= room ? every : every.filter((at) => Math.abs(Math.log10(at) % 1) < 1e-9);
}

// Brings the children of a group to a list of [tag, attributes], touching only what has changed: a slider moves the
// same few paths many times a second.
function update(group, list) {
  list.forEach(([tag, attributes, text], i) => {
    let node = group.children[i];
    if (!node || node.tagName !== tag) {
      const next = s(tag, {});
      next.known = {};
      if (node) node.replaceWith(next); else group.append(next);
      node = next;
    }
    for (const [name, value] of Object.entries(attributes)) {
      if (node.known[name] === value) continue;
      if (name.startsWith("--")) node.style.setProperty(name.slice(2), value);
      else if (value === null) node.removeAttribute(name);
      else node.setAttribute(name, value);
      node.known[name] = value;
    }
    for (const name of Object.keys(node.known)) {
      if (name in attributes || name === "text") continue;
      if (name.startsWith("--")) node.style.removeProperty(name.slice(2)); else node.removeAttribute(name);
      delete node.known[name];
    }
    if (node.known.text !== text) { node.textContent = text ?? ""; node.known.text = text; }
  });
  while (group.children.length > list.length) group.lastChild.remove();
}

export class Chart {
  constructor(options = {}) {
    this.height = options.height || 170;
    this.node = h("figure", { class: "chart" });
    this.id = unique("clip");
    this.panel = null;
    this.seen = false;
    this.width = 0;
    this.build();
    new ResizeObserver(([entry]) => {
      const width = Math.round(entry.contentRect.width);
      if (width !== this.width) { this.width = width; this.draw(); }
    }).observe(this.node);
    new IntersectionObserver(([entry]) => {
      this.seen = entry.isIntersecting;
      if (this.seen && this.stale) this.draw();
    }, { rootMargin: "200px" }).observe(this.node);
    dark.addEventListener("change", () => this.draw());
    // paper shows what nobody has scrolled to
    addEventListener("beforeprint", () => { if (this.stale && this.node.isConnected) this.draw(); });
  }

  // The parts of the picture; drawing changes what is in them.
  build() {
    this.caption = h("figcaption", {});
    this.tip = h("div", { class: "tip", hidden: true, "aria-hidden": "true" });
    this.clip = s("clipPath", { id: this.id });
    this.frame = s("g", { class: "axis" });
    [this.ground, this.map, this.curves, this.words, this.pointer] = Array.from({ length: 5 }, () => s("g", {}));
    this.picture = s("svg", { role: "img" }, this.clip, this.frame, s("g", { "clip-path": `url(#${this.id})` }, this.ground, this.map, this.curves, this.words, this.pointer));
    this.readout();
  }

  set(panel) {
    this.panel = panel;
    this.stale = true;
    if (this.seen) this.draw();
    return this;
  }

  // Nothing is shown, as of a plan that was refused.
  empty() {
    const title = this.panel?.title;
    this.panel = null;
    this.stale = false;
    this.all = [];
    this.tip.hidden = true;
    for (const part of [this.ground, this.map, this.curves, this.words, this.pointer]) part.replaceChildren();
    this.label = "";
    this.picture.setAttribute("aria-label", `${title ? `${title}: nothing` : "Nothing"} is shown.`);
  }

  cursor(x) {
    if (this.panel) this.panel.cursor = x;
    if (this.panel && this.x && x !== undefined) this.point();
  }

  point() {
    const at = this.panel.cursor;
    update(this.pointer, at === undefined ? [] : [["line", { class: "cursor", x1: this.x(at), x2: this.x(at), y1: this.edge.top, y2: this.edge.bottom }]]);
  }

  draw() {
    if (!this.panel || this.width < 40) return;
    this.stale = false;
    const p = this.panel;
    const all = p.series.filter((line) => line.x.length);
    const [w, height] = [this.width, p.height || this.height];
    const [x0, x1] = p.x_range || ends(all, p.heat, p.log_x);
    const [y0, y1] = limits(p, all, x0, x1);
    const yTicks = p.log ? logTicks(y0, y1) : ticks(y0, y1, height < 130 ? 3 : 4);
    const yText = yTicks.map((at) => number(at));
    const left = 16 + Math.max(...yText.map((text) => text.length), 1) * FONT * 0.58;
    const edge = { left, right: w - 10, top: 8, bottom: height - (p.x_label === "" ? 18 : 34) };
    const lx = (v) => (p.log_x ? Math.log10(v) : v);
    const ly = (v) => (p.log ? Math.log10(Math.max(v, 1e-12)) : v);
    const x = (v) => edge.left + ((lx(v) - lx(x0)) / (lx(x1) - lx(x0) || 1)) * (edge.right - edge.left);
    const y = (v) => edge.bottom - ((ly(v) - ly(y0)) / (ly(y1) - ly(y0) || 1)) * (edge.bottom - edge.top);
    Object.assign(this, { x, y, edge, all });
    const label = spoken(p, all);
    if (this.label !== label) { this.picture.setAttribute("aria-label", label); this.label = label; }
    if (this.size !== `${w} ${height}`) {
      this.size = `${w} ${height}`;
      for (const [name, value] of [["viewBox", `0 0 ${w} ${height}`], ["width", w], ["height", height]]) this.picture.setAttribute(name, value);
    }
    update(this.clip, [["rect", { x: edge.left - 5, y: edge.top - 2, width: Math.max(0, edge.right - edge.left + 10), height: edge.bottom - edge.top + 4 }]]);
    const low = (v) => (v === null ? edge.bottom : Math.min(edge.bottom, Math.max(edge.top, y(v))));
    const high = (v) => (v === null ? edge.top : Math.min(edge.bottom, Math.max(edge.top, y(v))));
    const ground = [];
    for (const [range, name] of [[p.normal, "normal"], [p.unsure, "unsure"]]) {
      if (range) ground.push(["rect", { class: name, x: edge.left, width: edge.right - edge.left, y: high(range[1]), height: Math.max(0, low(range[0]) - high(range[1])) }]);
    }
    const xTicks = p.log_x ? logTicks(x0, x1, w / 60) : p.months ? monthTicks(x0, x1, Math.max(3.6, w / 62)) : p.counted ? ticks(x0, x1, Math.max(2, Math.min(w / 80, x1 - x0))).filter((at) => Math.abs(at - Math.round(at)) < 1e-6) : ticks(x0, x1, Math.max(2, w / 80));
    update(this.frame, [
      ...yTicks.map((at) => ["line", { x1: edge.left, x2: edge.right, y1: y(at), y2: y(at) }]),
      ...yTicks.map((at, i) => ["text", { x: edge.left - 6, y: y(at) + 4, "text-anchor": "end" }, yText[i]]),
      ...xTicks.map((at) => ["text", { x: x(at), y: edge.bottom + 15, "text-anchor": "middle" }, number(at)]),
      ...(p.x_label ? [["text", { class: "label", x: within((edge.left + edge.right) / 2, p.x_label, w), y: height - 4, "text-anchor": "middle" }, p.x_label]] : []),
    ]);
    for (const at of p.levels || []) ground.push(["line", { class: "level", x1: edge.left, x2: edge.right, y1: y(at), y2: y(at) }]);
    const marks = (p.marks || []).map((at) => ["line", { class: "mark", x1: x(at), x2: x(at), y1: edge.top, y2: edge.bottom }]);
    update(this.ground, [...ground, ...(p.heat ? [] : marks)]);
    this.map.replaceChildren(...(p.heat ? [heat(p.heat, x, y)] : []));
    update(this.curves, [...(p.heat ? marks : []), ...(p.stacked ? stack(all, x, y) : all.flatMap((line) => drawn(line, x, y)))]);
    // a stack of nothing says so
    const empty = p.nothing && !all.some((line) => line.y.some((value) => value > 0.0005));
    update(this.words, empty ? [["text", { class: "nothing", x: (edge.left + edge.right) / 2, y: (edge.top + edge.bottom) / 2, "text-anchor": "middle" }, p.nothing]] : []);
    this.point();
    const caption = [p.title, p.y_label, p.rests, p.why?.textContent].join("|");
    if (this.said !== caption) {
      this.said = caption;
      this.caption.replaceChildren(p.title, " ", p.y_label ? h("span", { class: "unit" }, micro(p.y_label)) : "", p.why || "", p.rests ? mark(p.rests, p.title) : "");
    }
    if (!this.picture.isConnected) this.node.append(this.caption, this.picture, this.tip);
    // what is read follows the curve under the pointer
    if (!this.tip.hidden) this.read(this.pointed);
  }

  readout() {
    const { picture, tip } = this;
    const hide = () => { tip.hidden = true; };
    picture.addEventListener("pointerleave", hide);
    picture.addEventListener("pointermove", (event) => this.read(event.clientX));
    this.read = (client) => {
      const { all, x, edge, panel: p } = this;
      if (!all?.length) return hide();
      this.pointed = client;
      const at = client - picture.getBoundingClientRect().left;
      if (at < edge.left || at > edge.right) return hide();
      const rows = [];
      let shown = null;
      for (const line of all) {
        let best = 0;
        for (let i = 1; i < line.x.length; i += 1) if (Math.abs(x(line.x[i]) - at) < Math.abs(x(line.x[best]) - at)) best = i;
        if (line.y[best] === null) continue;
        shown ??= line.x[best];
        rows.push(h("div", {}, h("i", { style: { background: ink(line.colour) } }), `${line.label}: ${number(line.y[best])}${line.low && !line.band_x ? ` (${number(line.low[best])} to ${number(line.high[best])})` : ""}`));
      }
      if (shown === null) return hide();
      tip.replaceChildren(h("b", {}, p.months ? `month ${number(Math.round(shown * 10) / 10)}` : `${number(shown)} ${p.x_label || ""}`), ...rows);
      tip.hidden = false;
      // away from what is read: at the foot of the picture where the curve is high
      tip.classList.toggle("low", all.some((line) => line.y.some((value, i) => value !== null && Math.abs(x(line.x[i]) - at) < 40 && this.y(value) < (edge.top + edge.bottom) / 2)));
      tip.classList.toggle("left", at > this.width / 2);
      tip.style.setProperty("left", at > this.width / 2 ? "auto" : `${at + 12}px`);
      tip.style.setProperty("right", at > this.width / 2 ? `${this.width - at + 12}px` : "auto");
    };
  }
}

// The middle of a word that keeps both of its ends inside a picture; letters on paper are wider than on a screen.
function within(middle, text, width) {
  const half = text.length * FONT * 0.36;
  return 2 * half > width ? width / 2 : Math.min(Math.max(middle, half), width - half);
}

function ends(all, map, logarithmic) {
  let [low, high] = [Infinity, -Infinity];
  for (const list of [...all.map((line) => line.x), map ? map.x : []]) for (const at of list) if (!logarithmic || at > 0) { low = Math.min(low, at); high = Math.max(high, at); }
  // points on the frame would be cut in half
  if (!all.some((line) => line.points)) return [low, high];
  if (logarithmic) { const room = (high / low) ** 0.03; return [low / room, high * room]; }
  const room = 0.03 * (high - low || 1);
  return [low - room, high + room];
}

function drawn(line, x, y) {
  const colour = ink(line.colour);
  const parts = [];
  if (line.low && line.high && !line.points) {
    const xs = line.band_x || line.x;
    const there = xs.map((at, i) => i).filter((i) => line.low[i] !== null && line.high[i] !== null);
    const edge = [...there.map((i) => `${x(xs[i]).toFixed(1)} ${y(line.high[i]).toFixed(1)}`), ...there.reverse().map((i) => `${x(xs[i]).toFixed(1)} ${y(line.low[i]).toFixed(1)}`)];
    if (edge.length) parts.push(["path", { class: "band", d: `M${edge.join("L")}Z`, "--fill": colour }]);
  }
  if (line.points) {
    line.x.forEach((at, i) => {
      if (line.y[i] === null) return;
      if (line.low && line.low[i] !== null) parts.push(["line", { x1: x(at), x2: x(at), y1: y(line.low[i]), y2: y(line.high[i]), "--stroke": colour }]);
      parts.push(["circle", { cx: x(at), cy: y(line.y[i]), r: 2.2 * (line.width || 1.5), "--fill": colour }]);
    });
    return parts;
  }
  let path = "";
  let pen = false;
  line.x.forEach((at, i) => {
    if (line.y[i] === null) { pen = false; return; }
    path += `${pen ? "L" : "M"}${x(at).toFixed(1)} ${y(line.y[i]).toFixed(1)}`;
    pen = true;
  });
  if (path) parts.push(["path", { class: "line", d: path, "stroke-dasharray": line.dashed ? "6 4" : null, "--stroke": colour, "--stroke-width": `${(line.width || 1.5) * 1.15}px` }]);
  return parts;
}

function stack(all, x, y) {
  const sum = all.length ? all[0].x.map(() => 0) : [];
  return all.map((line) => {
    const below = [...sum];
    line.y.forEach((value, i) => { sum[i] += value || 0; });
    const up = line.x.map((at, i) => `${x(at).toFixed(1)} ${y(sum[i]).toFixed(1)}`);
    const down = line.x.map((at, i) => `${x(at).toFixed(1)} ${y(below[i]).toFixed(1)}`).reverse();
    return ["path", { d: `M${[...up, ...down].join("L")}Z`, "--fill": line.colour }];
  });
}

function heat(map, x, y) {
  const values = map.z.flat().filter((value) => value !== null);
  const [low, high] = map.z_range || [Math.min(...values), Math.max(...values)];
  const edges = (list) => list.map((at, i) => (i ? (list[i - 1] + at) / 2 : at - (list.length > 1 ? (list[1] - at) / 2 : 0.5)));
  const ends = (list) => list.map((at, i) => (i + 1 < list.length ? (list[i + 1] + at) / 2 : at + (i ? (at - list[i - 1]) / 2 : 0.5)));
  const [xa, xb, ya, yb] = [edges(map.x), ends(map.x), edges(map.y), ends(map.y)];
  const group = s("g", {});
  map.z.forEach((row, j) => row.forEach((value, i) => {
    if (value === null) return;
    group.append(s("rect", {
      x: x(xa[i]), width: Math.max(0.5, x(xb[i]) - x(xa[i]) + 0.4), y: y(yb[j]), height: Math.max(0.5, y(ya[j]) - y(yb[j]) + 0.4),
      style: { fill: map.categories.length ? map.categories[value][1] : scale((value - low) / (high - low || 1)) },
    }, s("title", {}, map.categories.length ? map.categories[value][0] : `${map.label}: ${number(value)}`)));
  }));
  return group;
}

function limits(p, all, x0, x1) {
  let [low, high] = p.y_range || [null, null];
  if (low !== null && high !== null) return [low, high];
  let values = [];
  if (p.stacked) values = [0, ...(all.length ? all[0].x.map((_, i) => all.reduce((sum, line) => sum + (line.y[i] || 0), 0)) : [])];
  else {
    for (const line of all) {
      line.x.forEach((at, i) => { if (at >= x0 && at <= x1 && line.y[i] !== null) values.push(line.y[i]); });
      for (const band of [line.low, line.high]) if (band) values.push(...band.filter((v) => v !== null));
    }
  }
  if (p.heat) values.push(...p.heat.y);
  if (p.log) values = values.filter((value) => value > 0);
  if (!values.length) values = [p.log ? 1 : 0, p.log ? 10 : 1];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (p.log) return [low ?? least / 1.4, high ?? most * 1.4];
  const room = p.heat ? 0 : 0.06 * (most - least) || 0.1;
  low ??= p.stacked ? 0 : least - room;
  high ??= most + room;
  return high > low ? [low, high] : [low, low + 1];
}

// What a screen reader says of a chart: its title and where each line begins and ends.
function spoken(p, all) {
  const lines = all.slice(0, 8).map((line) => {
    const there = line.y.filter((value) => value !== null);
    return there.length ? `${line.label}: from ${number(there[0])} to ${number(there.at(-1))}` : `${line.label}: nothing`;
  });
  return `${p.title}${p.y_label ? `, ${p.y_label}` : ""}. ${lines.join("; ")}.`;
}

export function legend(items) {
  return h("ul", { class: "legend" }, items.map((item) => h("li", {},
    h("i", { class: item.block ? "block" : item.points ? (item.colour === "#FFFFFF" ? "points pale" : "points") : item.dashed ? "dashed" : "", style: { color: ink(item.colour) } }), item.label)));
}

// What a legend names of a panel: the categories of its map, and its lines.
function named(panel) {
  return [
    ...(panel.heat?.categories || []).map(([label, colour]) => ({ label, colour, block: true })),
    ...panel.series.map(({ label, colour, dashed, points }) => ({ label, colour, dashed, points, block: panel.stacked })),
  ];
}

// What is alike in half of the panels is named once, above them; what is a panel's own is named under it, for its colours come again.
export function figure(data) {
  const common = new Map();
  const several = new Set(data.panels.flatMap((panel) => named(panel).map((item) => item.label))).size > 1;
  const charts = data.panels.map((panel) => {
    const own = new Map();
    for (const item of named(panel)) {
      const where = data.shared.includes(item.label) ? common : own;
      if (!where.has(item.label)) where.set(item.label, item);
    }
    const chart = new Chart({ height: Math.round((panel.panel_height || data.panel_height || 2.1) * 92) }).set({ ...panel });
    return h("div", {}, chart.node, several && own.size > 0 && legend([...own.values()]));
  });
  return h("section", { class: "figure" },
    h("h3", {}, data.title),
    several && common.size > 0 && legend(data.shared.map((label) => common.get(label))),
    h("div", { class: "charts", style: { "--columns": String(Math.min(data.columns, data.panels.length)) } }, charts),
    h("p", { class: "caption" }, data.caption));
}
