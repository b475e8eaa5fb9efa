// The named experiments: list, run, read.

import { get, job } from "./api.js";
import { figure } from "./chart.js";
import { clear, h, micro, number, sentence, table, words } from "./dom.js";

const LAYERS = { fibre: "One fibre", myelin: "Myelin", clinic: "The whole chain", nerve: "Nerves and tracts" };

export function result(data) {
  return h("article", { class: "result" },
    h("p", { class: "caption" }, `Conditions: ${micro(data.conditions)}`),
    h("ul", {}, data.findings.map((finding) => h("li", {}, micro(finding)))),
    data.figures.map((item) => figure(item)),
    data.tables.map((item) => h("details", { open: item.rows.length < 16 }, h("summary", {}, item.title),
      table(item.title, item.columns, item.rows.map((row) => row.map((cell) => (typeof cell === "number" ? number(cell, 4) : cell ?? "none"))), { stacked: item.columns.length > 4 }))),
    data.sources.length ? h("p", { class: "caption" }, "Compared with: ", data.sources.map((key, i) => [i ? ", " : "", h("a", { href: `#sources/?${key}` }, data.cited?.[key] || key)])) : null);
}

// Short, and about what the whole page is about: computed when the view opens, so that it opens on an answer.
const FIRST = "thickness";

export async function show(main, chosen, signal) {
  const all = await get("/api/experiments", { signal });
  const heading = h("h2", { id: "result-title" });
  const kicker = h("p", { class: "kicker" });
  const note = h("p", { class: "hint", role: "status" });
  const place = h("div", { id: "result" });
  const home = h("section", { "aria-labelledby": "result-title" }, kicker, heading, h("div", { class: "row" }, note), place);
  const picks = new Map();
  let control = null;
  const stop = h("button", { type: "button", hidden: true, onclick: () => control?.abort() }, "Stop");
  note.after(stop);
  const run = async (item) => {
    control?.abort();
    const own = control = new AbortController();
    for (const [name, button] of picks) button.setAttribute("aria-pressed", String(name === item.name));
    kicker.textContent = `${sentence(words(item.name.replaceAll("-", " ")))}: ${item.title}`;
    heading.textContent = item.question;
    note.textContent = "Computing...";
    clear(place);
    stop.hidden = false;
    try {
      const found = await job("/api/experiment", { name: item.name }, { signal: own.signal, progress: (step) => { if (control === own) note.textContent = `${sentence(step)}...`; } });
      if (control !== own) return;
      clear(place, result(found));
      note.textContent = "";
    } catch (error) { if (control === own) note.textContent = error.name === "AbortError" ? "Stopped." : error.message; }
    if (control === own) stop.hidden = true;
  };
  const choose = (item) => {
    run(item);
    // beside the list the result is in sight; below it, on a narrow screen, it is not
    if (matchMedia("(max-width: 60rem)").matches) home.scrollIntoView({ block: "start" });
  };
  const pick = (item) => {
    const name = words(item.name.replaceAll("-", " "));
    const button = h("button", { type: "button", class: "pick", id: `run-${item.name}`, "aria-pressed": "false", onclick: () => choose(item) },
      h("span", { class: "muted" }, `${sentence(name)} `), h("span", {}, item.question));
    picks.set(item.name, button);
    return h("li", {}, button);
  };
  const layers = [...new Set(all.map((item) => item.layer))];
  const wanted = all.find((item) => item.name === chosen) || all.find((item) => item.name === FIRST) || all[0];
  clear(main, h("h1", {}, "Experiments"),
    h("p", { class: "caption do" }, "Questions put to the model, one protocol each. Choose one: it is computed now, on this machine, with the numbers of the ledger, and held against what was published where something was. Some take half a minute. The same as ", h("code", {}, "remyelin experiment"), " on the command line."),
    h("div", { class: "experiments" },
      h("section", { class: "list", "aria-label": "Questions" }, layers.map((layer) => h("details", { open: !matchMedia("(max-width: 60rem)").matches },
        h("summary", {}, h("h2", {}, LAYERS[layer] || sentence(layer)), h("span", { class: "muted" }, ` ${all.filter((item) => item.layer === layer).length} question${all.filter((item) => item.layer === layer).length === 1 ? "" : "s"}`)), h("ul", { class: "picks" }, all.filter((item) => item.layer === layer).map(pick))))),
      home));
  run(wanted);
  return () => control?.abort();
}
