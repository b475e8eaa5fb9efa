// The spinal cord cut across: which column carries what, and how much of it still arrives.

import { ink } from "./chart.js";
import { percent, s } from "./dom.js";

// Both halves are alike: the right one is drawn from the left.
export function cord(columns) {
  const parts = [];
  const node = s("svg", { viewBox: "0 0 240 200", class: "cord-cut", role: "img", "aria-label": "The spinal cord in the neck, cut across" },
    s("ellipse", { class: "skin", cx: 120, cy: 104, rx: 74, ry: 70 }),
    s("path", { class: "organ", d: "M116 104C108 104 104 96 100 84L92 62L86 66L94 98C92 108 80 116 80 130C84 140 94 142 102 134C106 126 110 116 120 116C130 116 134 126 138 134C146 142 156 140 160 130C160 116 148 108 146 98L154 66L148 62L140 84C136 96 132 104 124 104Z" }),
    s("path", { class: "fold", d: "M120 34V100M120 118V174" }));
  for (const { pathway: name, words, path: d, point, label } of columns) {
    const both = s("g", {}, s("title", {}, words), s("path", { d }), s("path", { d, transform: "matrix(-1 0 0 1 240 0)" }));
    const mark = s("text", { x: label[0], y: label[1], "text-anchor": "start", class: "small" });
    node.append(both, s("path", { class: "leader", d: `M${label[0] + 22} ${label[1] - 3}L${point[0]} ${point[1]}` }), mark);
    parts.push([name, both, mark]);
  }
  node.append(s("text", { class: "small", x: 120, y: 14, "text-anchor": "middle" }, "back"), s("text", { class: "small", x: 120, y: 194, "text-anchor": "middle" }, "front"));
  return {
    node,
    paint(share, colours) {
      for (const [name, both, mark] of parts) {
        const value = share(name);
        both.style.setProperty("fill", ink(colours[name] || "#888888"));
        both.style.setProperty("fill-opacity", String(0.15 + 0.85 * value));
        mark.textContent = percent(value);
      }
    },
  };
}
