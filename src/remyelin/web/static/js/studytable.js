// The table of nerve studies at the date shown, under both plans; the exact engine follows in the background.

import { Latest, job, post } from "./api.js";
import { clear, h, number, sentence, table, words } from "./dom.js";
import { mark } from "./rests.js";
import { explained } from "./glossary.js";
import { plans, state, treated } from "./state.js";

export function flagged(item) {
  if (!item) return { node: "" };
  if (item.flag === "absent") return { node: "absent ▼", class: "flag" };
  const arrow = { low: " ▼", high: " ▲", normal: "" }[item.flag] ?? (item.flag ? " ▲" : "");
  return { node: `${number(item.value)}${arrow}`, class: item.flag === "normal" ? "" : "flag" };
}

// Mean and SD of healthy people; of a value whose logarithm is normal, the middle and the factor of one SD.
export const usual = (item) => (item.logarithmic ? `${number(Math.exp(item.mean))} (\u00d7\u00f7 ${number(Math.exp(item.sd), 2)})` : `${number(item.mean)} (${number(item.sd, 2)})`);
export const groupName = (study, seen) => explained(sentence(words(study)), seen);
export const rowName = (site, item, seen) => h("span", {}, explained(`${site}, ${words(item.quantity)}`, seen), h("span", { class: "unit" }, ` ${item.unit}`));

export class StudyTable {
  constructor() {
    this.node = h("div", { class: "studies" });
    this.body = h("div", {});
    this.note = h("p", { class: "hint", role: "status" });
    this.node.append(this.body, this.note);
    this.seen = false;
    new IntersectionObserver(([entry]) => {
      this.seen = entry.isIntersecting;
      if (this.seen && this.stale) this.ask();
    }, { rootMargin: "300px" }).observe(this.node);
    this.found = {};
    this.queue = new Latest(async (signal, list, month) => {
      try {
        const all = await Promise.all(list.map((plan) => post("/api/studies", { case: plan.case, shift: plan.shift, month }, { signal })));
        this.found = Object.fromEntries(list.map((plan, i) => [plan.id, all[i]]));
        this.draw();
      } catch (error) { if (error.name !== "AbortError") this.note.textContent = error.message; }
    });
    this.background = new Latest(async (signal, plan, month) => {
      this.note.textContent = "Computing the same studies fibre by fibre in the exact engine...";
      try {
        this.exact = await job("/api/exact", { case: plan.case, shift: plan.shift, month }, { signal });
        this.note.textContent = "Last column: every drawn fibre conducted by the exact double-cable engine; the others use tables it filled.";
        this.draw();
      } catch (error) { this.note.textContent = error.name === "AbortError" ? "" : error.message; }
    });
  }

  ask() {
    if (!this.seen) { this.stale = true; return; }
    this.stale = false;
    const list = plans().filter((plan) => plan.id !== "none");
    this.exact = null;
    this.background.stop();
    this.queue.ask(list, state.month);
    clearTimeout(this.later);
    this.later = setTimeout(() => this.background.ask(list[0], state.month), 900);
  }

  // What is under way is of a place already left.
  rest() {
    clearTimeout(this.later);
    this.background.stop();
  }

  stop() {
    clearTimeout(this.later);
    this.queue.stop();
    this.background.stop();
  }

  draw() {
    const ids = Object.keys(this.found);
    if (!ids.length) return;
    const rows = [];
    const seen = new Set();
    let study = "";
    this.found[ids[0]].rows.forEach((row, r) => {
      if (row.study !== study && row.assessed.length) {
        study = row.study;
        rows.push({ group: true, cells: [{ node: h("span", {}, groupName(study, seen), mark(`study.${study}`, words(study))), colspan: 2 + ids.length + (this.exact ? 1 : 0) }] });
      }
      row.assessed.forEach((item, i) => rows.push([
        rowName(row.site, item, seen),
        { node: usual(item), class: "muted" },
        ...ids.map((id) => flagged(this.found[id].rows[r].assessed[i])),
        ...(this.exact ? [flagged(this.exact.rows[r]?.assessed[i])] : []),
      ]));
    });
    const heads = ids.map((id) => (treated() ? `plan ${id.toUpperCase()}` : "value"));
    clear(this.body, table("Nerve studies", ["study", "normal (SD)", ...heads, ...(this.exact ? ["exact"] : [])], rows));
  }
}
