// The table of nerve studies at the date shown, under both plans; on request plan A fibre by fibre in the exact engine.

import { Latest, job, post } from "./api.js";
import { clear, h, micro, number, roving, sentence, table, words } from "./dom.js";
import { mark, rooted } from "./rests.js";
import { explained, term } from "./glossary.js";
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
export const rowName = (site, item, seen) => h("span", {}, explained(`${site}, ${words(item.quantity)}`, seen), h("span", { class: "unit" }, ` ${micro(item.unit)}`));

// A number of a study that opens what it and its limit rest on.
export function opens(shown, row, item) {
  if (!shown.node) return shown;
  return { ...shown, node: rooted(`study.${row.study}`, shown.node, `${words(row.study)}, ${row.site}, ${words(item.quantity)},`, { site: row.site, quantity: item.quantity }) };
}
// What a laboratory would call normal: the limit beyond which a value is marked.
export const limit = (item) => (HIGH.has(item.quantity) ? `\u2264 ${number(item.limit)}` : item.limit > 0 ? `\u2265 ${number(item.limit)}` : "none");
const HIGH = new Set(["latency", "interval", "cmct", "f_latency"]);

const ASK = "Compute plan A fibre by fibre (exact)";
const key = (row) => `${row.study}, ${row.site}`;
const exactly = (item) => ({ ...flagged(item), class: `${flagged(item).class || ""} exact` });

export class StudyTable {
  constructor() {
    this.node = h("div", { class: "studies" });
    this.body = h("div", {});
    this.note = h("p", { class: "hint", role: "status" });
    this.button = h("button", { type: "button", id: "ask-exact", onclick: () => this.want(!this.wanted) }, ASK);
    this.node.append(this.body, h("div", { class: "row" }, this.button), this.note);
    this.wanted = false;
    this.seen = false;
    new IntersectionObserver(([entry]) => {
      this.seen = entry.isIntersecting;
      if (this.seen && this.stale) this.ask();
    }, { rootMargin: "300px" }).observe(this.node);
    // nothing can be waited for before printing: it is said, and they are there the next time
    addEventListener("beforeprint", () => {
      if (!this.stale || !this.node.isConnected) return;
      this.seen = true;
      this.ask();
      clear(this.body, h("p", { class: "notice" }, "The nerve studies were not computed yet when this was printed. Print again to have them."));
    });
    this.found = {};
    this.queue = new Latest(async (signal, list, month) => {
      try {
        const all = await Promise.all(list.map((plan) => post("/api/studies", { case: plan.case, shift: plan.shift, month }, { signal })));
        this.found = Object.fromEntries(list.map((plan, i) => [plan.id, all[i]]));
        this.draw();
      } catch (error) { if (error.name !== "AbortError") this.note.textContent = error.message; }
    });
    this.background = new Latest(async (signal, plan, month) => {
      this.note.textContent = "Fibre by fibre in the exact engine: waiting...";
      try {
        const found = await job("/api/exact", { case: plan.case, shift: plan.shift, month }, { signal, progress: (step) => { this.note.textContent = `Fibre by fibre in the exact engine: ${step}...`; } });
        this.exact = new Map(found.rows.map((row) => [key(row), row]));
        this.note.textContent = "The column marked exact: every drawn fibre conducted by the double-cable engine, internode by internode; the others use tables that it filled.";
        this.draw();
      } catch (error) { this.note.textContent = error.name === "AbortError" ? "" : error.message; }
    });
  }

  // Exact values once asked for follow the date and the plan, until they are no longer wanted.
  want(wanted) {
    this.wanted = wanted;
    this.button.textContent = wanted ? "Without the exact engine" : ASK;
    this.button.setAttribute("aria-pressed", String(wanted));
    this.ask();
  }

  ask() {
    if (!this.seen) { this.stale = true; return; }
    this.stale = false;
    const list = plans().filter((plan) => plan.id !== "none");
    this.exact = null;
    this.background.stop();
    this.note.textContent = "";
    this.queue.ask(list, state.month);
    if (this.wanted) this.background.ask(list[0], state.month);
  }

  // What is under way is of a place already left.
  stop() {
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
        rows.push({ group: true, cells: [{ node: h("span", {}, groupName(study, seen), mark(`study.${study}`, words(study))), colspan: 3 + ids.length + (this.exact ? 1 : 0) }] });
      }
      row.assessed.forEach((item, i) => rows.push([
        rowName(row.site, item, seen),
        { node: usual(item), class: "muted wide" },
        opens({ node: limit(item), class: "muted" }, row, item),
        ...ids.flatMap((id) => [opens(flagged(this.found[id].rows[r].assessed[i]), row, item), ...(this.exact && id === "a" ? [exactly(this.exact.get(key(row))?.assessed[i])] : [])]),
      ]));
    });
    const heads = ids.map((id) => (treated() ? `plan ${id.toUpperCase()}` : "value"));
    // plans that have not parted yet are in the same state, and doubted once
    const doubts = [...new Set(ids.map((id) => this.found[id].doubt).filter(Boolean))].map((doubt) => [doubt, ids.filter((id) => this.found[id].doubt === doubt)]).map(([doubt, here]) => h("p", { class: "notice doubt" },
      ids.length > 1 ? h("b", {}, here.length > 1 ? "Both plans: " : `Plan ${here[0].toUpperCase()}: `) : null, doubt));
    clear(this.body, doubts, table("Nerve studies", ["study", term("SD", "normal (SD)"), "limit", ...heads.flatMap((head, i) => (this.exact && i === 0 ? [head, `${head}, exact`] : [head]))], rows));
    // the first column of words may go where it is narrow; numbers open their entries, one stop of the Tab key for all
    roving(this.body, "button");
  }
}
