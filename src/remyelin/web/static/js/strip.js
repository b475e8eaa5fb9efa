// The answer of a case as the server tells it: the words of the report and of the terminal.

import { Chart } from "./chart.js";
import { clear, h, sentence } from "./dom.js";
import { rooted } from "./rests.js";

// The cards: state now, first improvement, a year on, what remains.
export const cardsOf = (answer) => answer.items.map((item) => h("div", { class: "answer", "data-answer": item.key },
  h("h2", {}, item.title), h("p", { class: "big" }, item.key === "first" ? item.value : rooted("disability", item.value, "disability")), h("p", { class: "hint" }, item.words)));

// The same cards without their numbers, so that nothing moves: the numbers before are of other plans.
export const coming = (before) => (before
  ? before.items.map((item) => h("div", { class: "answer" }, h("h2", {}, item.title), h("p", { class: "big" }, "..."), h("p", { class: "hint" }, "being computed")))
  : h("p", { class: "hint" }, "The answer is being computed: present state, first improvement, remaining disability."));

export function publishedOf(answer) {
  return h("details", { class: "answer wide" }, h("summary", {}, h("b", {}, `${answer.published.title}: `), answer.published.lines[0]),
    h("ul", {}, answer.published.lines.slice(1).map((line) => h("li", {}, line))), h("p", { class: "hint" }, answer.published.note));
}

// Points at the end against the delay: points and no line, which would pass over delays that are not told apart.
export function curveOf(answer) {
  const later = answer.starts.filter((start) => start.months !== null && start.months >= 0);
  const told = later.filter((start) => start.told_apart);
  if (told.length < 3) return null;
  const pick = (key) => told.map((start) => start[key]);
  return { title: "Disability after each delay", y_label: "points of 16", x_label: "months that treatment begins later", x_range: [0, later.at(-1).months], y_range: [0, Math.max(answer.most, ...pick("high"))],
    series: [{ label: "median", x: pick("months"), y: pick("median"), low: pick("low"), high: pick("high"), colour: "var(--plan-b)", width: 2.2, points: true }] };
}

// The later starts in words, in order of time; of many those that a reader asks for.
const NAMED = 4;
export function delaysOf(answer) {
  const later = answer.starts.filter((start) => start.months === null || start.months > 0);
  const dated = later.filter((start) => start.months !== null);
  const step = Math.ceil(dated.length / (NAMED - 1));
  return [...dated.filter((_, i) => i % step === 0), ...later.filter((start) => start.months === null)]
    .map(({ label, value, cost, told_apart: told }) => ({ label, text: told ? [value, cost].filter(Boolean).join(", ") : cost }));
}

export class Waiting {
  constructor(first = "under plan A") {
    this.first = first;
    this.chart = new Chart({ height: 170 });
    this.text = h("p", {});
    this.list = h("ul", {});
    this.more = h("p", { class: "hint" });
    this.picture = h("div", { hidden: true }, this.chart.node);
    this.title = h("h2", {}, "Cost of waiting");
    this.node = h("div", { class: "answer wide waiting", id: "waiting", hidden: true }, this.title, h("div", {}, this.text, this.list, this.more), this.picture);
  }

  set(answer) {
    this.node.hidden = !answer?.waiting;
    // first that treatment should not be delayed, after the list why the model says no more
    const [urge, rest] = [true, false].map((first) => (answer?.closing || "").split(/(?<=\.) /).filter((one) => one.includes("should not be delayed") === first).join(" "));
    this.text.textContent = urge;
    // with the date that the numbers are of
    this.title.textContent = /^Cost of waiting[^:]*(?=:)/.exec(answer?.waiting || "")?.[0] || "Cost of waiting";
    this.more.textContent = `${answer?.starts.some((start) => start.cost) ? `"More" is more than ${this.first}. ` : ""}${rest}`;
    clear(this.list, answer?.waiting ? delaysOf(answer).map(({ label, text }) => h("li", {}, h("b", {}, `${sentence(label)}: `), text)) : []);
    const curve = answer && curveOf(answer);
    this.picture.hidden = !curve;
    if (curve) this.chart.set(curve);
  }
}
