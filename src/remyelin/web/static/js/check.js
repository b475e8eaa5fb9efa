// What is known of a person, by questions or from a file; what published guidance says of it.

import { get, post } from "./api.js";
import { clear, h, micro, sentence } from "./dom.js";
import { explained } from "./glossary.js";
import { receive } from "./results.js";
import { openCase, state } from "./state.js";
import { say } from "./status.js";

// A case as TOML: enough for the plain data a case is made of.
export function toml(data) {
  const text = (value) => (Array.isArray(value) ? `[${value.map(text).join(", ")}]` : JSON.stringify(value));
  const lines = (table) => Object.entries(table).filter(([, value]) => value === null || typeof value !== "object" || (Array.isArray(value) && typeof value[0] !== "object")).map(([key, value]) => `${key} = ${text(value)}`);
  const parts = [lines(data).join("\n")];
  for (const [key, value] of Object.entries(data)) {
    if (Array.isArray(value) && typeof value[0] === "object") for (const item of value) parts.push(`[[${key}]]\n${lines(item).join("\n")}`);
    else if (value && typeof value === "object" && !Array.isArray(value)) parts.push(`[${key}]\n${lines(value).join("\n")}`);
  }
  return `${parts.join("\n\n")}\n`;
}

// What was answered stays while other views are open; it is not stored.
let kept = null;

export async function show(main, rest, signal) {
  const place = kept?.place || h("div", { id: "answer", "aria-live": "polite", tabindex: -1 });
  const asked = await get("/api/questions", { signal });
  const said = (found) => {
    const headings = [...new Set(found.lines.map((line) => line.heading))];
    clear(place, h("p", { class: "notice" }, found.notice), found.entered.length ? h("p", { class: "caption" }, `Understood: ${found.entered.join("; ")}.`) : null,
      headings.map((heading) => [h("h2", {}, heading), h("ul", {}, found.lines.filter((line) => line.heading === heading).map((line) => h("li", {}, micro(line.text), line.clinical ? h("span", { class: "muted" }, ` ${line.clinical}`) : null,
        h("span", { class: "muted small" }, ` [${line.source.map((key) => found.sources[key] || key).join("; ")}; ${found.marks[line.mark] || line.mark}]`))))]));
    if (matchMedia("(max-width: 60rem)").matches) place.scrollIntoView({ block: "start" });
  };
  const trouble = (error) => clear(place, h("p", { class: "notice", role: "alert" }, error.message));

  const form = kept?.form || (asked && questions(asked, said, trouble));
  clear(main, h("h1", {}, "Check"),
    h("p", { class: "caption do" }, asked
      ? "Tick the statements that are true and enter the values you have; no question must be answered. The answer repeats published guidance: no diagnosis, no dose. Nothing leaves this machine and nothing is stored."
      : "Read a case file as the command line would, mend it, and look at it in the course. Nothing leaves this machine."),
    h("div", { class: "two-columns" },
      h("div", {}, form, byFile(place, said, trouble, !asked)),
      h("section", { "aria-label": "Answer", class: "stays" }, place)));
  if (kept) return;
  kept = form && { form, place };
  clear(place, h("p", { class: "hint" }, asked ? "The answer appears here: what to do now, the meaning of the values, further questions, each with its source." : "The answer appears here."));
}

function questions(asked, said, trouble) {
  const fields = new Map();
  const ticked = new Map();
  const confirmed = new Set();
  const values = new Map();
  const lasting = new Map();
  const field = (name, label, control, after = null) => {
    const problem = h("p", { class: "problem", id: `problem-${name}`, role: "alert", hidden: true });
    const sure = h("label", { class: "tick", hidden: true }, h("input", { type: "checkbox", id: `sure-${name}`, onchange: (event) => { if (event.target.checked) confirmed.add(name); else confirmed.delete(name); } }), "The report really says so");
    fields.set(name, { control, problem, sure });
    return h("div", { class: "field asked" }, h("label", { for: control.id }, label), h("div", { class: "pair" }, control, after), problem, sure);
  };
  // since when: seen once its box is ticked
  const sinceField = (kind, name, plain) => {
    const key = `${kind}.${name}`;
    const control = h("input", { type: "text", id: `since-${kind}-${name}`, "aria-label": `Since when: ${plain}`, placeholder: "since, e.g. 5 mo", autocomplete: "off", maxlength: 40 });
    const problem = h("p", { class: "problem", id: `problem-since-${kind}-${name}`, role: "alert", hidden: true });
    fields.set(key, { control, problem });
    lasting.set(key, () => control.value.trim());
    return h("div", { class: "since", hidden: true }, control, problem);
  };
  const age = h("input", { type: "text", inputmode: "decimal", id: "ask-age", autocomplete: "off", placeholder: "years", maxlength: 40 });
  const sex = h("select", { id: "ask-sex" }, [["", "not stated"], ["female", "female"], ["male", "male"]].map(([value, text]) => h("option", { value }, text)));
  // in the order of the page, so that the first answer refused is the first one a reader meets
  const who = [field("age", "Age", age), field("sex", "Sex", sex)];
  const words = asked.words.map(({ kind, question, choices }) => {
    const boxes = choices.map(({ name, plain, dated }) => {
      const box = h("input", { type: "checkbox", id: `${kind}-${name}`, value: name, onchange: () => { if (since) since.hidden = !box.checked; } });
      const since = dated && sinceField(kind, name, plain);
      return [box, h("div", {}, h("label", { class: "tick" }, box, sentence(plain)), since)];
    });
    ticked.set(kind, boxes.map(([box]) => box));
    const problem = h("p", { class: "problem", role: "alert", hidden: true });
    fields.set(kind, { control: boxes[0][0], problem });
    return h("fieldset", {}, h("legend", {}, question), h("div", { class: "ticks" }, boxes.map(([, label]) => label)), problem);
  });
  const labs = asked.labs.map(({ marker, label, units }) => {
    const amount = h("input", { type: "text", inputmode: "decimal", id: `ask-${marker}`, autocomplete: "off", placeholder: "not stated", maxlength: 30 });
    const unit = units.length > 1
      ? h("select", { id: `unit-${marker}`, "aria-label": `Unit of ${label}` }, ["", ...units].map((name) => h("option", { value: name }, micro(name) || "unit")))
      : h("span", { class: "unit" }, units[0]);
    // a unit typed after the number counts before the one chosen; none is taken for granted: 140 pg/mL are not 140 pmol/L
    values.set(marker, () => { const text = amount.value.trim(); return !text || /[a-z%µμ]/i.test(text) ? text : `${text} ${units.length > 1 ? unit.value : units[0]}`.trim(); });
    return field(marker, h("span", {}, explained(sentence(label))), amount, unit);
  });
  const answers = () => ({ age: age.value, sex: sex.value, confirmed: [...confirmed],
      words: Object.fromEntries([...ticked].map(([kind, boxes]) => [kind, boxes.filter((box) => box.checked).map((box) => box.value)])),
      labs: Object.fromEntries([...values].map(([marker, read]) => [marker, read()]).filter(([, text]) => text)) });
  // Says beside each field what is wrong with it; true where nothing is.
  const judged = (refused) => {
    for (const [name, { control, problem, sure }] of fields) {
      problem.textContent = sentence(refused[name] || "");
      problem.hidden = !refused[name];
      if (sure && refused[name]?.includes("confirm it")) sure.hidden = false;
      if (refused[name]) { control.setAttribute("aria-invalid", "true"); control.setAttribute("aria-describedby", problem.id); }
      else { control.removeAttribute("aria-invalid"); control.removeAttribute("aria-describedby"); }
    }
    const wrong = Object.keys(refused);
    if (!wrong.length) return true;
    [...fields].find(([name]) => refused[name])?.[1].control.focus();
    trouble({ message: refused[""] ?? `${wrong.length === 1 ? "One answer is missing or" : `${wrong.length} answers are missing or`} cannot be read; see beside the field.` });
    return false;
  };
  const send = async () => {
    try {
      const found = await post("/api/answers", answers(), { remember: false });
      if (judged(found.refused || {})) said(found);
    } catch (error) { trouble(error); }
  };
  // Everything that was entered, into the course and into My results; then the view that was asked for is opened.
  const handOver = async (view) => {
    try {
      const since = Object.fromEntries([...lasting].map(([key, read]) => [key, read()]).filter(([, text]) => text));
      const found = await post("/api/handover", { ...answers(), since }, { remember: false });
      if (!judged(found.refused || (view === "course" ? found.needs : {}))) return;
      receive(found.record);
      if (found.case) openCase(found.case);
      const left = found.case && found.left.length ? `Not used by the course, and kept in My results: ${found.left.join("; ")}.` : "";
      say("check", [...found.urgent, left].filter(Boolean).join(" "), { closes: true });
      location.hash = `#${view}`;
    } catch (error) { trouble(error); }
  };
  return h("form", { id: "questions", novalidate: true, onsubmit: (event) => { event.preventDefault(); send(); } },
    h("section", { "aria-labelledby": "questions-title" }, h("h2", { id: "questions-title" }, "Questions"),
      h("div", { class: "asked-person" }, who), words,
      h("fieldset", {}, h("legend", {}, "Laboratory values"), h("p", { class: "hint" }, "As the report has them; \"<100\" where it says no more."), h("div", { class: "asked-labs" }, labs)),
      h("div", { class: "row" }, h("button", { type: "submit", class: "main", id: "ask" }, "What does guidance say?"), h("button", { type: "reset", onclick: () => { confirmed.clear(); for (const { problem, sure } of fields.values()) { problem.hidden = true; if (sure) sure.hidden = true; } for (const node of document.querySelectorAll("#questions .since")) node.hidden = true; } }, "Clear")),
      h("p", { class: "hint hand-over" }, "Or let the model compute with these answers: one press puts all of them into the course and into My results. A published schedule stands in for the treatment, so that starts can be compared; it is no suggestion for anybody."),
      h("div", { class: "row" }, h("button", { type: "button", id: "to-course", onclick: () => handOver("course") }, "Open in the course"), h("button", { type: "button", id: "to-results", onclick: () => handOver("results") }, "Open in My results"))));
}

function byFile(place, said, trouble, open) {
  const area = h("textarea", { id: "known", rows: 18, spellcheck: "false", "aria-label": "Case file, check file or FHIR bundle" });
  area.value = toml(state.case);
  const ask = async (path, then) => {
    try { then(await post(path, { text: area.value }, { remember: false })); } catch (error) { trouble(error); }
  };
  const file = h("input", { type: "file", id: "open-file", accept: ".toml,.json", onchange: async () => { if (file.files[0]) area.value = await file.files[0].text(); } });
  return h("section", { "aria-label": "From a file" }, h("details", { open, id: "by-file" }, h("summary", {}, "From a file instead: a case or check file (TOML) or a FHIR bundle (JSON)"),
    h("p", { class: "hint" }, "Below stands the case that is open in the course. Open a file, or paste one."),
    h("div", { class: "field" }, h("label", { for: "open-file" }, "File"), file), area,
    h("div", { class: "row" },
      h("button", { type: "button", id: "ask-file", onclick: () => ask("/api/check", said) }, "What does guidance say of this file?"),
      h("button", { type: "button", id: "read", onclick: () => ask("/api/read", (kase) => {
        openCase(kase);
        clear(place, h("p", {}, `The file is a valid case: ${kase.title}.`), h("a", { class: "button", href: "#course" }, "See its course"));
      }) }, "Read as a case"))));
}
