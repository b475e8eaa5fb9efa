// Charts as SVG, drawn from the same plain figure data as the report: panels with series, bands, ranges, maps.

import { h, number, s, unique } from "./dom.js";

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

export class Chart {
  constructor(options = {}) {
    this.height = options.height || 170;
    this.node = h("figure", { class: "chart" });
    this.id = unique("clip");
    this.panel = null;
    this.seen = false;
    this.width = 0;
    new ResizeObserver(([entry]) => {
      const width = Math.round(entry.contentRect.width);
      if (width !== this.width) { this.width = width; this.draw(); }
    }).observe(this.node);
    new IntersectionObserver(([entry]) => {
      this.seen = entry.isIntersecting;
      if (this.seen && this.stale) this.draw();
    }, { rootMargin: "200px" }).observe(this.node);
    dark.addEventListener("change", () => this.draw());
  }

  set(panel) {
    this.panel = panel;
    this.stale = true;
    if (this.seen) this.draw();
    return this;
  }

  cursor(x) {
    if (this.panel) this.panel.cursor = x;
    if (this.line && this.x && x !== undefined) {
      this.line.setAttribute("x1", this.x(x));
      this.line.setAttribute("x2", this.x(x));
    }
  }

  draw() {
    if (!this.panel || this.width < 40) return;
    this.stale = false;
    const p = this.panel;
    const all = p.series.filter((line) => line.x.length);
    const [w, height] = [this.width, p.height || this.height];
    const xs = all.flatMap((line) => line.x);
    const [x0, x1] = p.x_range || [Math.min(...xs, p.heat ? Math.min(...p.heat.x) : Infinity), Math.max(...xs, p.heat ? Math.max(...p.heat.x) : -Infinity)];
    const [y0, y1] = limits(p, all, x0, x1);
    const yTicks = p.log ? logTicks(y0, y1) : ticks(y0, y1, height < 130 ? 3 : 4);
    const yText = yTicks.map((at) => number(at));
    const left = 12 + Math.max(...yText.map((text) => text.length), 1) * FONT * 0.58;
    const edge = { left, right: w - 10, top: 8, bottom: height - (p.x_label === "" ? 18 : 34) };
    const lx = (v) => (p.log_x ? Math.log10(v) : v);
    const ly = (v) => (p.log ? Math.log10(Math.max(v, 1e-12)) : v);
    const x = (v) => edge.left + ((lx(v) - lx(x0)) / (lx(x1) - lx(x0) || 1)) * (edge.right - edge.left);
    const y = (v) => edge.bottom - ((ly(v) - ly(y0)) / (ly(y1) - ly(y0) || 1)) * (edge.bottom - edge.top);
    this.x = x;
    const picture = s("svg", { viewBox: `0 0 ${w} ${height}`, width: w, height, role: "img", "aria-label": spoken(p, all) });
    picture.append(s("clipPath", { id: this.id }, s("rect", { x: edge.left, y: edge.top - 2, width: Math.max(0, edge.right - edge.left), height: edge.bottom - edge.top + 4 })));
    const inside = s("g", { "clip-path": `url(#${this.id})` });
    const low = (v) => (v === null ? edge.bottom : Math.min(edge.bottom, Math.max(edge.top, y(v))));
    const high = (v) => (v === null ? edge.top : Math.min(edge.bottom, Math.max(edge.top, y(v))));
    for (const [range, name] of [[p.normal, "normal"], [p.unsure, "unsure"]]) {
      if (range) inside.append(s("rect", { class: name, x: edge.left, width: edge.right - edge.left, y: high(range[1]), height: Math.max(0, low(range[0]) - high(range[1])) }));
    }
    const xTicks = p.log_x ? logTicks(x0, x1, w / 60) : p.months ? monthTicks(x0, x1, Math.max(3.6, w / 62)) : ticks(x0, x1, Math.max(2, w / 80));
    const frame = s("g", { class: "axis" });
    yTicks.forEach((at, i) => frame.append(
      s("line", { x1: edge.left, x2: edge.right, y1: y(at), y2: y(at) }),
      s("text", { x: edge.left - 6, y: y(at) + 4, "text-anchor": "end" }, yText[i])));
    for (const at of xTicks) frame.append(s("text", { x: x(at), y: edge.bottom + 15, "text-anchor": "middle" }, number(at)));
    if (p.x_label) frame.append(s("text", { class: "label", x: (edge.left + edge.right) / 2, y: height - 4, "text-anchor": "middle" }, p.x_label));
    picture.append(frame);
    if (p.heat) inside.append(heat(p.heat, x, y));
    for (const at of p.marks || []) inside.append(s("line", { class: "mark", x1: x(at), x2: x(at), y1: edge.top, y2: edge.bottom }));
    if (p.stacked) inside.append(...stack(all, x, y));
    if (p.nothing && !all.some((line) => line.y.some((value) => value > 0.0005))) inside.append(s("text", { class: "nothing", x: (edge.left + edge.right) / 2, y: (edge.top + edge.bottom) / 2, "text-anchor": "middle" }, p.nothing));
    if (!p.stacked) for (const line of all) inside.append(...drawn(line, x, y));
    if (p.cursor !== undefined) {
      this.line = s("line", { class: "cursor", x1: x(p.cursor), x2: x(p.cursor), y1: edge.top, y2: edge.bottom });
      inside.append(this.line);
    }
    picture.append(inside);
    this.readout(picture, all, x, edge, p);
    const unit = p.y_label ? h("span", { class: "unit" }, p.y_label) : null;
    this.node.replaceChildren(h("figcaption", {}, p.title, " ", unit, p.why || ""), picture);
    this.node.append(this.tip);
  }

  readout(picture, all, x, edge, p) {
    this.tip = this.tip || h("div", { class: "tip", hidden: true, "aria-hidden": "true" });
    const hide = () => { this.tip.hidden = true; };
    picture.addEventListener("pointerleave", hide);
    picture.addEventListener("pointermove", (event) => {
      const box = picture.getBoundingClientRect();
      const at = event.clientX - box.left;
      if (at < edge.left || at > edge.right || !all.length) return hide();
      const rows = [];
      let shown = null;
      for (const line of all) {
        let best = 0;
        for (let i = 1; i < line.x.length; i += 1) if (Math.abs(x(line.x[i]) - at) < Math.abs(x(line.x[best]) - at)) best = i;
        if (line.y[best] === null) continue;
        shown ??= line.x[best];
        rows.push(h("div", {}, h("i", { style: { background: ink(line.colour) } }), `${line.label}: ${number(line.y[best])}`));
      }
      if (shown === null) return hide();
      this.tip.replaceChildren(h("b", {}, p.months ? `month ${number(Math.round(shown * 10) / 10)}` : `${number(shown)} ${p.x_label || ""}`), ...rows);
      this.tip.hidden = false;
      this.tip.classList.toggle("left", at > this.width / 2);
      this.tip.style.setProperty("left", at > this.width / 2 ? "auto" : `${at + 12}px`);
      this.tip.style.setProperty("right", at > this.width / 2 ? `${this.width - at + 12}px` : "auto");
    });
  }
}

function drawn(line, x, y) {
  const colour = ink(line.colour);
  const parts = [];
  if (line.low && line.high && !line.points) {
    const xs = line.band_x || line.x;
    const there = xs.map((at, i) => i).filter((i) => line.low[i] !== null && line.high[i] !== null);
    const edge = [...there.map((i) => `${x(xs[i]).toFixed(1)} ${y(line.high[i]).toFixed(1)}`), ...there.reverse().map((i) => `${x(xs[i]).toFixed(1)} ${y(line.low[i]).toFixed(1)}`)];
    if (edge.length) parts.push(s("path", { class: "band", d: `M${edge.join("L")}Z`, style: { fill: colour } }));
  }
  if (line.points) {
    line.x.forEach((at, i) => {
      if (line.y[i] === null) return;
      if (line.low && line.low[i] !== null) parts.push(s("line", { x1: x(at), x2: x(at), y1: y(line.low[i]), y2: y(line.high[i]), style: { stroke: colour } }));
      parts.push(s("circle", { cx: x(at), cy: y(line.y[i]), r: 2.2 * (line.width || 1.5), style: { fill: colour } }));
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
  if (path) parts.push(s("path", { class: "line", d: path, "stroke-dasharray": line.dashed ? "6 4" : null, style: { stroke: colour, "stroke-width": `${(line.width || 1.5) * 1.15}px` } }));
  return parts;
}

function stack(all, x, y) {
  const sum = all.length ? all[0].x.map(() => 0) : [];
  return all.map((line) => {
    const below = [...sum];
    line.y.forEach((value, i) => { sum[i] += value || 0; });
    const up = line.x.map((at, i) => `${x(at).toFixed(1)} ${y(sum[i]).toFixed(1)}`);
    const down = line.x.map((at, i) => `${x(at).toFixed(1)} ${y(below[i]).toFixed(1)}`).reverse();
    return s("path", { d: `M${[...up, ...down].join("L")}Z`, style: { fill: line.colour } });
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
      style: { fill: scale((value - low) / (high - low || 1)) },
    }, s("title", {}, `${map.label}: ${number(value)}`)));
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
    h("i", { class: item.block ? "block" : item.dashed ? "dashed" : "", style: { color: ink(item.colour) } }), item.label)));
}

export function figure(data) {
  const seen = new Map();
  const charts = data.panels.map((panel) => {
    for (const line of panel.series) if (!seen.has(line.label)) seen.set(line.label, { label: line.label, colour: line.colour, dashed: line.dashed, block: panel.stacked });
    return new Chart({ height: Math.round((panel.panel_height || data.panel_height || 2.1) * 92) }).set({ ...panel });
  });
  return h("section", { class: "figure" },
    h("h3", {}, data.title),
    seen.size > 1 && legend([...seen.values()]),
    h("div", { class: "charts", style: { "--columns": String(Math.min(data.columns, data.panels.length)) } }, charts.map((chart) => chart.node)),
    h("p", { class: "caption" }, data.caption));
}
