// The answer of a case as the server tells it: the words of the report and of the terminal.

import { Chart } from "./chart.js";
import { h } from "./dom.js";
import { rooted } from "./rests.js";

// The cards: state now, first improvement, a year on, what remains.
export const cardsOf = (answer) => answer.items.map((item) => h("div", { class: "answer", "data-answer": item.key },
  h("h2", {}, item.title), h("p", { class: "big" }, item.key === "first" ? item.value : rooted("disability", item.value, "disability")), h("p", { class: "hint" }, item.words)));

// The same cards without their numbers, so that nothing moves: the numbers before are of other plans.
export const coming = (before) => (before
  ? before.items.map((item) => h("div", { class: "answer" }, h("h2", {}, item.title), h("p", { class: "big" }, "..."), h("p", { class: "hint" }, "being computed")))
  : h("p", { class: "hint" }, "The answer is being computed: where the person stands, how soon it is better, what remains."));

export function publishedOf(answer) {
  return h("details", { class: "answer wide" }, h("summary", {}, h("b", {}, `${answer.published.title}: `), answer.published.lines[0]),
    h("ul", {}, answer.published.lines.slice(1).map((line) => h("li", {}, line))), h("p", { class: "hint" }, answer.published.note));
}

// Points at the end against the delay; nothing where no delay is told apart.
export function curveOf(answer) {
  const later = answer.starts.filter((start) => start.months !== null && start.months >= 0);
  const told = later.filter((start) => start.told_apart);
  if (told.length < 3) return null;
  const pick = (key) => told.map((start) => start[key]);
  return { title: "Where each delay ends", y_label: "points of 16", x_label: "months that treatment begins later", x_range: [0, later.at(-1).months], y_range: [0, Math.max(answer.most, ...pick("high"))],
    series: [{ label: "median", x: pick("months"), y: pick("median"), low: pick("low"), high: pick("high"), colour: "var(--plan-b)", width: 2.2 }] };
}

export class Waiting {
  constructor() {
    this.chart = new Chart({ height: 170 });
    this.text = h("p", {});
    this.picture = h("div", { hidden: true }, this.chart.node);
    this.node = h("div", { class: "answer wide waiting", id: "waiting", hidden: true }, h("h2", {}, "What waiting costs"), this.text, this.picture);
  }

  set(answer) {
    this.node.hidden = !answer?.waiting;
    this.text.textContent = (answer?.waiting || "").replace(/^What waiting costs, /, "");
    if (this.text.textContent) this.text.textContent = this.text.textContent[0].toUpperCase() + this.text.textContent.slice(1);
    const curve = answer && curveOf(answer);
    this.picture.hidden = !curve;
    if (curve) this.chart.set(curve);
  }
}
