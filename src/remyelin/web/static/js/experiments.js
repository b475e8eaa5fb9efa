// The named experiments: list, run, read.

import { get, job } from "./api.js";
import { figure } from "./chart.js";
import { clear, h, number, sentence, table, words } from "./dom.js";
import { explained } from "./glossary.js";

export function result(data) {
  return h("article", { class: "result" },
    h("h3", {}, data.question),
    h("p", { class: "caption" }, `Conditions: ${data.conditions}`),
    h("ul", {}, data.findings.map((finding) => h("li", {}, finding))),
    data.figures.map((item) => figure(item)),
    data.tables.map((item) => h("details", { open: item.rows.length < 16 }, h("summary", {}, item.title),
      table(item.title, item.columns, item.rows.map((row) => row.map((cell) => (typeof cell === "number" ? number(cell, 4) : cell ?? "")))))),
    data.sources.length ? h("p", { class: "caption" }, "Compared with: ", data.sources.map((key, i) => [i ? ", " : "", h("a", { href: `#sources/?${key}` }, key)])) : null);
}

export async function show(main, chosen) {
  const all = await get("/api/experiments");
  const place = h("div", { id: "result", "aria-live": "polite" });
  const note = h("p", { class: "hint", role: "status" });
  let control = null;
  const stop = h("button", { type: "button", hidden: true, onclick: () => control?.abort() }, "Stop");
  const run = async (item) => {
    control?.abort();
    const own = control = new AbortController();
    clear(place, h("h2", {}, sentence(item.title)));
    place.closest("section").scrollIntoView({ block: "start" });
    stop.hidden = false;
    try {
      const found = await job("/api/experiment", { name: item.name }, { signal: own.signal, progress: (step) => { note.textContent = `${sentence(step)}...`; } });
      place.append(result(found));
      note.textContent = "";
    } catch (error) { note.textContent = error.name === "AbortError" ? "Stopped." : error.message; }
    if (control === own) stop.hidden = true;
  };
  const seen = new Set();
  const layers = [...new Set(all.map((item) => item.layer))];
  clear(main, h("h1", {}, "Experiments"),
    h("p", { class: "caption do" }, "Choose a protocol; it is computed now, on this machine, with the numbers of the ledger, and compared with what was published where something was. Some take half a minute. The same as ", h("code", {}, "remyelin experiment"), " on the command line."),
    h("div", { class: "experiments" }, h("section", { "aria-label": "List of experiments" }, layers.map((layer) => h("div", {}, h("h2", {}, sentence(words(layer))),
      h("ul", { class: "picks" }, all.filter((item) => item.layer === layer).map((item) => h("li", {},
        h("button", { type: "button", id: `run-${item.name}`, "aria-label": `Run ${words(item.name.replaceAll("-", " "))}`, onclick: () => run(item) }, "Run"), h("span", {}, h("b", {}, words(item.name.replaceAll("-", " "))), ": ", explained(item.title, seen))))))),
      ),
    h("section", { "aria-label": "Result" }, h("div", { class: "row" }, note, stop), place)));
  clear(place, h("p", { class: "hint" }, "Choose an experiment to run: its question, its conditions, what it found, figures and tables appear here."));
  const wanted = all.find((item) => item.name === chosen);
  if (wanted) run(wanted);
  return () => control?.abort();
}
