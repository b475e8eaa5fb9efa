// The spinal cord cut across: which column carries what, and how much of it still arrives.

import { ink } from "./chart.js";
import { percent, s } from "./dom.js";

// The pathway of each column, its words, and where it lies; both halves are alike and the right one is drawn from the left.
export const COLUMNS = [
  ["neck_leg", "Feeling of the legs: gracile column", "M118 38C112 40 108 46 109 56L116 100L119 100Z", [112, 50], [22, 26]],
  ["neck_arm", "Feeling of the arms: cuneate column", "M108 42C98 44 90 52 88 60L104 96L114 102L107 58Z", [98, 56], [22, 56]],
  ["corticospinal_leg", "Commands: lateral corticospinal tract", "M82 78C70 82 60 92 58 104C66 112 78 112 86 106L92 92Z", [70, 98], [22, 112]],
  ["spinothalamic", "Pain and warmth: spinothalamic tract", "M58 126C60 142 72 154 86 160L94 146C84 140 78 132 76 122Z", [72, 142], [22, 160]],
];

export function cord() {
  const parts = [];
  const node = s("svg", { viewBox: "0 0 240 200", class: "cord-cut", role: "img", "aria-label": "The spinal cord in the neck, cut across" },
    s("ellipse", { class: "skin", cx: 120, cy: 104, rx: 74, ry: 70 }),
    s("path", { class: "organ", d: "M116 104C108 104 104 96 100 84L92 62L86 66L94 98C92 108 80 116 80 130C84 140 94 142 102 134C106 126 110 116 120 116C130 116 134 126 138 134C146 142 156 140 160 130C160 116 148 108 146 98L154 66L148 62L140 84C136 96 132 104 124 104Z" }),
    s("path", { class: "fold", d: "M120 34V100M120 118V174" }));
  for (const [name, words, d, point, label] of COLUMNS) {
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
