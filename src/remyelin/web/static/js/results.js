// My results: a dated record of one person, typed, pasted or from a file; what of the model agrees, and what follows.

import { job, post } from "./api.js";
import { figure } from "./chart.js";
import { clear, download, h, number, sentence, table } from "./dom.js";
import { DAYS, state } from "./state.js";

const KINDS = ["lab", "symptom", "sign", "study", "scale", "treatment", "cause", "diet", "person", "presentation"];
const VALUES = {
  symptom: ["began", "none", "mild", "moderate", "severe", "ended"],
  sign: ["normal", "reduced", "absent", "present", "brisk"],
  treatment: ["began", "ended"],
  cause: ["began", "ended"],
};
const UNITS = { b12: ["pg/mL", "pmol/L"], holotc: ["pmol/L"], mma: ["nmol/L", "umol/L"], homocysteine: ["umol/L"], haemoglobin: ["g/L", "g/dL"], mcv: ["fL"] };
const COLUMNS = [["when", "When", "day 0"], ["kind", "Kind", ""], ["name", "Item", "item"], ["value", "Value", "value"], ["unit", "Unit", "unit"], ["note", "Note", "note"]];
const DATED = (kind) => kind !== "person" && kind !== "presentation";
const TIMES = { d: "day", wk: "week", mo: "month", y: "year" };
const times = (count, unit) => `${count} ${TIMES[unit]}${count === "1" ? "" : "s"}`;

// Items of a kind by the short name of a file, as a reader calls them.
const items = (kind) => ({
  treatment: state.about.schedules,
  cause: Object.fromEntries(["unknown", ...state.about.causes.filter((name) => name !== "none")].map((name) => [name, name])),
  person: { age: "age", sex: "sex", height: "height", weight: "weight", ...state.about.drawing.record.items.person },
})[kind] || state.about.drawing.record.items[kind] || {};

// A file keeps short names ("b12", "-5 mo"); the table shows and takes words ("vitamin B12", "5 months before") and either is understood.
export function whenWords(text) {
  const match = /^([-+]?)([\d.]+) ?(d|wk|mo|y)$/.exec(text.trim());
  if (!match) return text;
  return Number(match[2]) === 0 ? "day 0" : `${times(match[2], match[3])} ${match[1] === "-" ? "before" : "after"}`;
}

export function whenCode(text) {
  if (/^(day 0|today)$/i.test(text.trim())) return "0 d";
  const match = /^([\d.]+) (day|week|month|year)s? (before|after)$/i.exec(text.trim());
  return match ? `${match[3].toLowerCase() === "before" ? "-" : ""}${match[1]} ${Object.keys(TIMES).find((unit) => TIMES[unit] === match[2].toLowerCase())}` : text;
}

const inWords = (row, column) => (column === 0 ? whenWords(row[0]) : column === 2 ? items(row[1])[row[2]] || row[2] : column === 4 && TIMES[row[4]] ? `${TIMES[row[4]]}s` : row[column]);
function inCode(row, column, text) {
  if (column === 0) return whenCode(text);
  const same = ([, words]) => words.toLowerCase() === text.trim().toLowerCase();
  if (column === 2) return Object.entries(items(row[1])).find(same)?.[0] || text;
  return (column === 4 && Object.entries(TIMES).find(([, word]) => `${word}s` === text.trim())?.[0]) || text;
}
const START = [
  ["", "person", "age", "68", "y", ""],
  ["", "person", "sex", "female", "", ""],
  ["", "cause", "unknown", "", "", ""],
  ["-5 mo", "symptom", "paraesthesia", "began", "", "feet"],
  ["0 d", "lab", "b12", "140", "pg/mL", ""],
  ["0 d", "lab", "mma", "900", "nmol/L", ""],
  ["0 d", "treatment", "uk neurological", "began", "", "published schedule"],
];

// What was typed stays while other views are open; it never leaves this machine and is not stored.
let kept = START.map((row) => [...row]);
// Rows that others took the place of, if they were more than the example.
let before = null;
const example = () => csv(kept) === csv(START);

// Rows in order of date, those without one first; as they were where dates of both kinds, or of others, stand among them.
export function dated(rows) {
  const kinds = new Set();
  const day = ([when]) => {
    const [, sign, count, unit] = /^([-+]?)([\d.]+) ?(d|wk|mo|y)$/.exec(when) || [];
    if (when) kinds.add(unit ? "span" : /^\d{4}-\d{2}-\d{2}$/.test(when) ? "day" : null);
    return !when ? -Infinity : unit ? (sign === "-" ? -1 : 1) * count * DAYS[unit] : Date.parse(when) / 864e5;
  };
  const keyed = rows.map((row) => [day(row), row]);
  return kinds.size > 1 || kinds.has(null) ? rows : keyed.sort(([a], [b]) => (a === b ? 0 : a - b)).map(([, row]) => row);
}

// Takes over rows from another view.
export function receive(text) {
  if (!example() && csv(kept) !== text) before = kept;
  kept = dated(rowsOf(text, state.about.drawing.record.headings));
}

const quoted = (cell) => (/[",\n#]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
export const csv = (rows) => `when,kind,name,value,unit,note\n${rows.filter((row) => row.some((cell) => cell.trim())).map((row) => row.map(quoted).join(",")).join("\n")}\n`;

const NAMES = ["when", "kind", "name", "value", "unit", "note"];

// Rows in the order of the table; the first line may be a header with columns in another order or under other headings.
export function rowsOf(text, headings = Object.fromEntries(NAMES.map((name) => [name, name]))) {
  const rows = [];
  let header = null;
  for (const line of text.replace(/^\ufeff/, "").split(/\r?\n/)) {
    if (!line.trim() || line.startsWith("#")) continue;
    const count = (sign) => line.split(sign).length;
    const mark = line.includes("\t") ? "\t" : count(";") > count(",") ? ";" : ",";
    const cells = [];
    let cell = "";
    let inside = false;
    for (let i = 0; i < line.length; i += 1) {
      const c = line[i];
      if (inside) {
        if (c === '"' && line[i + 1] === '"') { cell += '"'; i += 1; } else if (c === '"') inside = false; else cell += c;
      } else if (c === '"' && !cell) inside = true;
      else if (c === mark) { cells.push(cell.trim()); cell = ""; } else cell += c;
    }
    cells.push(cell.trim());
    const columns = cells.map((word) => headings[word.toLowerCase()]);
    if (!header && !rows.length && ["when", "kind", "name", "value"].every((name) => columns.includes(name))) {
      header = columns;
      continue;
    }
    const last = (header || NAMES).length;
    if (cells.length > last) cells.splice(last - 1, cells.length, cells.slice(last - 1).join(", "));
    const row = NAMES.map((name) => cells[(header || NAMES).indexOf(name)] ?? "");
    // as spreadsheets write where the decimal mark is a comma
    if (mark !== ",") row[3] = row[3].replace(/(\d),(?=\d)/g, "$1.");
    rows.push(row);
  }
  return rows;
}

// The sentences of one part of the answer, as the terminal and the report have them and in the same order.
export const said = (found, place) => found.sentences.filter((item) => item.place === place);
const told = (found, place) => said(found, place).map((item) => {
  const text = h("p", { class: item.warns ? "notice" : "caption", "data-sentence": item.name, role: item.warns ? "note" : null }, item.text);
  return item.name === "sample" ? h("details", {}, h("summary", {}, "For statisticians: the simulated sample"), text) : text;
});

function strip(found) {
  if (!found.strip.length) return null;
  return h("div", { class: "strip", id: "strip" }, found.strip.map((item) => h("div", { class: "answer" }, h("h3", {}, item.title), h("p", { class: "big" }, item.value), h("p", { class: "hint" }, item.words))),
    h("p", { class: "hint wide" }, "In brackets: the range that holds 90 % of the simulated persons who agree with the record."));
}

function answer(found) {
  const predicted = (item) => (typeof item.predicted.median === "number" ? `${number(item.predicted.median)} (${number(item.predicted.low)} to ${number(item.predicted.high)}) ${item.unit}` : `${item.predicted.median} (${item.predicted.low} to ${item.predicted.high})`);
  return h("div", { id: "fit-answer" }, told(found, "head"), strip(found), told(found, "forecast"),
    found.ends.length ? [h("h2", {}, "Disability under each plan, 0 none to 16"), table("Disability under each plan", ["plan", "day 0", "a year on", found.ends[0].last, "points more, mean over all months", "months from first dose to first improvement"],
      found.ends.map((row) => [row.label, row.now, row.year, row.end, row.more, row.better]), { stacked: true }), h("p", { class: "caption" }, "Points of disability, 0 none to 16: median and range of 90 %. Points more: the mean over all months, compared with the same treatment from the earlier day; a later start may end alike and cost months of disability. Published schedules are run for comparison; none is a suggestion, and like ends do not show that a schedule by mouth is as good as injections.")] : null,
    said(found, "limits").length ? [h("h2", {}, "Limits of this forecast"), told(found, "limits")] : null,
    found.figures.map((item) => figure(item)),
    h("h2", {}, "Entries beside the values the model expects"), table("Entries beside the values the model expects (90 %)", ["entry", "month", "observed", "expected (90 %)", "agreement"],
      found.entries.map((item, i) => [`${i + 1}. ${item.label}`, number(item.months, 2) || "0", item.observed, predicted(item), item.agrees ? "agrees" : "disagrees"]), { numeric: false }),
    told(found, "entries"), h("details", { open: true }, h("summary", {}, "Basis of this answer"), told(found, "rests")));
}

export async function show(main) {
  const place = h("div", { id: "answer", "aria-live": "polite", tabindex: -1 });
  const note = h("p", { class: "hint", role: "status", id: "fit-note" });
  const trouble = h("p", { class: "hint", role: "alert", hidden: true });
  const warn = (text) => { trouble.textContent = text; trouble.hidden = !text; };
  const bar = h("progress", { max: 100, value: 0, hidden: true, "aria-label": "Progress" });
  const body = h("tbody", {});
  let control = null;
  let rows = kept;

  const theirs = h("p", { class: "notice", id: "example" }, "The rows of the record below are an example of nobody in particular, and so is their answer: change or remove them, or open a file.");
  const draw = () => { theirs.hidden = !example(); clear(body, rows.map((row, i) => line(row, i))); };
  function line(row, i) {
    const field = (column, list) => {
      const input = h("input", { type: "text", value: inWords(row, column), "aria-label": `${COLUMNS[column][1]}, row ${i + 1}`, placeholder: column || DATED(row[1]) ? COLUMNS[column][2] : "", maxlength: 300, autocomplete: "off", spellcheck: "false", oninput: () => { row[column] = inCode(row, column, input.value); theirs.hidden = !example(); }, onchange: () => { input.value = inWords(row, column); } });
      if (list && list.length) input.setAttribute("list", options(list));
      return h("td", {}, input);
    };
    const kind = h("select", { "aria-label": `Kind, row ${i + 1}`, onchange: () => { row[1] = kind.value; draw(); body.rows[i]?.querySelector("select")?.focus(); } }, KINDS.map((name) => h("option", { value: name }, state.about.drawing.record.kinds[name])));
    kind.value = row[1];
    return h("tr", {}, field(0), h("td", {}, kind), field(2, Object.values(items(row[1]))), field(3, VALUES[row[1]]), field(4, UNITS[row[2]]), field(5),
      h("td", {}, h("button", { type: "button", class: "plain", "aria-label": `Remove row ${i + 1}`, onclick: () => { rows.splice(i, 1); draw(); } }, "remove")));
  }
  const lists = new Map();
  const holder = h("div", { hidden: true });
  function options(list) {
    const key = list.join("|");
    if (!lists.has(key)) {
      const id = `options-${lists.size}`;
      holder.append(h("datalist", { id }, list.map((name) => h("option", { value: name }))));
      lists.set(key, id);
    }
    return lists.get(key);
  }
  const take = (text) => {
    const begin = text.replace(/^\s*#.*$/gm, "").trim();
    if (/^[{<[]/.test(begin) || /^[^,;\t\n]*=/.test(begin)) { raw = text; area.value = text; pasted.open = true; return; }
    raw = "";
    receive(text);
    rows = kept;
    back.hidden = !before;
    draw();
  };
  let raw = "";
  const area = h("textarea", { rows: 8, spellcheck: "false", id: "paste", "aria-label": "Rows as text: CSV, TOML, or a FHIR bundle", oninput: () => { raw = area.value; } });
  const pasted = h("details", { id: "paste-box" }, h("summary", {}, "Paste rows, or a FHIR bundle"), area,
    h("div", { class: "row" }, h("button", { type: "button", id: "to-table", onclick: () => take(area.value) }, "Put it into the table")));
  const file = h("input", { type: "file", id: "record-file", accept: ".csv,.toml,.json,.txt", onchange: async () => { if (file.files[0]) take(await file.files[0].text()); } });
  const stop = h("button", { type: "button", hidden: true, id: "fit-stop", onclick: () => control?.abort() }, "Stop");
  const back = h("button", { type: "button", id: "record-back", hidden: !before, onclick: () => { [kept, before] = [before, kept]; rows = kept; raw = ""; draw(); } }, "Bring back the rows before");
  const run = h("button", { type: "button", class: "main", id: "fit-run", onclick: () => compute() }, "Fit the model");

  async function compute() {
    control?.abort();
    const own = control = new AbortController();
    const text = raw || csv(rows);
    warn("");
    run.disabled = true;
    stop.hidden = bar.hidden = false;
    // progress and answer stand above the record, below the caution
    scrollTo({ top: 0 });
    const ask = async (rough) => {
      const found = await job("/api/fit", { text, rough }, { signal: own.signal, progress: (step) => {
        if (control !== own) return;
        note.textContent = `${sentence(step)}${rough ? " (rough first answer)" : " (full answer)"}`;
        const share = /(\d+)\s?%/.exec(step);
        if (share) bar.value = Number(share[1]);
      } });
      if (control !== own) return;
      clear(place, answer(found));
    };
    try {
      await ask(true);
      await ask(false);
      if (control === own) note.textContent = "";
    } catch (error) {
      if (control === own) {
        note.textContent = "";
        if (error.name === "AbortError") note.textContent = "Stopped.";
        else clear(place, h("p", { class: "notice", role: "alert" }, error.message));
      }
    }
    if (control === own) { run.disabled = false; stop.hidden = bar.hidden = true; }
  }

  const add = (kind, name, value) => h("button", { type: "button", onclick: () => { rows.push(["0 d", kind, name, value, UNITS[name]?.[0] || "", ""]); draw(); body.rows[rows.length - 1]?.querySelectorAll("input")[1]?.focus(); } }, `+ ${state.about.drawing.record.kinds[kind]}`);
  clear(main, h("h1", {}, "My results"),
    h("p", { class: "caption do" }, "What a vitamin B12 deficiency may do to one person, computed from dated results: blood values, symptoms, signs, studies, treatments. The answer shows the entries that agree and disagree with the model, and the course under each plan. Numbers are the median of the persons who agree with the whole record; Course takes a case, which holds less than a record, so its numbers differ. Only this machine computes; nothing is stored. No diagnosis, no dose: treatment must not wait for a model."), theirs,
    h("section", { "aria-label": "Answer" }, h("div", { class: "row under-way" }, bar, stop, note), place),
    h("section", { "aria-label": "Record" },
      h("p", { class: "hint" }, h("b", {}, "When"), ": \"day 0\" is the day of the first visit; \"5 months before\" and \"3 months after\" count from it. A date as 2025-03-14 will do. Short names of files, as \"b12\" and \"-5 mo\", are understood and shown in words."),
      h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Rows of the record" },
        h("table", { class: "record", id: "record" }, h("caption", {}, "Rows of the record"),
          h("thead", {}, h("tr", {}, [...COLUMNS.map(([, title]) => title), ""].map((title) => h("th", { scope: "col" }, title)))), body)),
      holder,
      h("div", { class: "row" }, add("lab", "b12", ""), add("symptom", "paraesthesia", "began"), add("sign", "vibration", "reduced"), add("study", Object.keys(items("study"))[0], ""), add("treatment", "uk neurological", "began")),
      h("div", { class: "row" }, run,
        h("button", { type: "button", id: "record-save", onclick: () => download("record.csv", raw || csv(rows), "text/csv") }, "Save the record"),
        h("button", { type: "button", id: "record-case", onclick: async () => {
          try { take((await post("/api/record", { case: state.case })).text); } catch (error) { warn(error.message); }
        } }, "Take over the open case"),
        h("button", { type: "button", onclick: () => { raw = ""; area.value = ""; rows = kept = START.map((row) => [...row]); draw(); clear(place); } }, "Start again"), back),
      trouble,
      h("div", { class: "field from-file" }, h("label", { for: "record-file" }, "Open a record (CSV, TOML) or a FHIR bundle"), file), pasted));
  clear(place, h("p", { class: "hint" }, "The answer appears here: a rough one within seconds, then the full one. It may be that nothing can be said; then it says why."));
  draw();
  return () => control?.abort();
}
