// The laboratory: stimulate here, record there, the table fills. It can hide who the patient is.

import { post } from "./api.js";
import { Chart } from "./chart.js";
import { clear, h, monthWords, roving, sentence, slider, table, words } from "./dom.js";
import { explained, term } from "./glossary.js";
import { listen, plans, state } from "./state.js";
import { patient as hidden, questions } from "./quiz.js";
import { mark } from "./rests.js";
import { flagged, groupName, limit, opens, rowName, usual } from "./studytable.js";

// The studies of the server under their headings, in its order.
const groups = () => {
  const listed = Object.entries(state.about.drawing.setups).filter(([name]) => state.about.studies.includes(name));
  return [...new Set(listed.map(([, item]) => item.group))].map((title) => [title, listed.filter(([, item]) => item.group === title)]);
};

export async function show(main, rest, signal) {
  let patient = null;
  const done = new Map();
  const charts = new Map();
  const who = h("div", {});
  const waves = h("div", { class: "charts three" });
  const whose = h("p", { class: "hint", id: "lab-whose" });
  const results = h("div", { id: "lab-table" });
  const verdict = h("div", { "aria-live": "polite" });
  const note = h("p", { class: "hint", role: "status" });
  const when = slider({ label: "Date of the visit", id: "lab-date", min: -24, max: 36, value: Math.max(-24, state.month), show: monthWords, oninput: (month) => { patient = { ...patient, month }; named(); reset(false); } });

  function reset(all = true) {
    note.textContent = "";
    done.clear();
    charts.clear();
    clear(waves, h("p", { class: "hint" }, "Recordings appear here: choose a study."));
    clear(results, h("p", { class: "hint" }, "No study yet."));
    if (all) clear(verdict, h("p", { class: "hint" }, "Hide the diagnosis to be asked: where is the damage, which complaints fit, which story can be true?"));
    for (const button of main.querySelectorAll("[data-study]")) button.setAttribute("aria-pressed", "false");
  }

  // One patient at a time: what was asked of the one before no longer draws.
  let here = new AbortController();
  const next = () => { here.abort(); here = new AbortController(); return AbortSignal.any([signal, here.signal]); };

  function current() {
    next();
    state.hidden = null;
    patient = { ...plans()[0], month: state.month };
    when.hidden = false;
    when.set(state.month);
    clear(who, h("p", {}, h("b", {}, state.case.title), `: ${state.case.cause.kind}.`));
    named();
    reset();
  }

  // on paper, too, where the list of studies is not printed
  const named = () => { whose.textContent = `${state.case.title}, ${monthWords(patient.month)}, plan A.`; };

  async function mystery() {
    const [asked, own] = [hidden(), next()];
    state.hidden = asked.choice.name;
    patient = asked.plan;
    when.hidden = true;
    clear(who, h("p", { class: "hint" }, "The diagnosis is hidden. Answer under the results."));
    whose.textContent = "A person whose diagnosis is hidden.";
    reset();
    try { await questions(verdict, asked, words, own); } catch (error) { if (!own.aborted) note.textContent = error.message; }
    if (own.aborted || !matchMedia("(max-width: 60rem)").matches) return;
    who.scrollIntoView({ block: "nearest" });
  }

  async function study(name, button, byHand = true) {
    const asked = patient;
    button.setAttribute("aria-pressed", "true");
    note.textContent = `${sentence(words(name))}...`;
    try {
      const ask = (month) => post("/api/studies", { case: asked.case, shift: asked.shift, month, studies: [name] });
      const [found, healthy] = await Promise.all([ask(asked.month), before(asked, ask)]);
      if (asked !== patient || signal.aborted) return;
      done.set(name, found);
      if (!charts.size) clear(waves);
      for (const [key, wave] of Object.entries(found.waveforms)) {
        if (!charts.has(key)) { charts.set(key, new Chart({ height: 150 })); waves.append(charts.get(key).node); }
        const grey = healthy.waveforms[key] || wave;
        const site = key.split(", ")[1];
        charts.get(key).set({ title: `${sentence(words(name))}, ${site}`, y_label: `${sized(wave).unit}, negative up`, x_label: "ms after the stimulus", x_range: span(grey, wave),
          series: [{ label: "before anything began", x: grey.time, y: sized(grey).value, colour: "var(--lost)", width: 1.2 }, { label: "now", x: wave.time, y: sized(wave).value, colour: colourOf(name), width: 1.8 }] });
      }
      const rows = [];
      const seen = new Set();
      for (const [key, item] of done) {
        rows.push({ group: true, cells: [{ node: h("span", {}, groupName(key, seen), mark(`study.${key}`, words(key))), colspan: 5 }] });
        for (const row of item.rows) for (const one of row.assessed) rows.push([rowName(row.site, one, seen), opens(flagged(one), row, one), { node: usual(one), class: "muted wide" }, opens({ node: limit(one), class: "muted" }, row, one), one.z === null ? "" : deviations(one.z)]);
      }
      clear(results, table("Results", ["study", "value", term("SD", "normal (SD)"), "limit", term("z")], rows));
      roving(results, "button");
      note.textContent = "";
      if (byHand && matchMedia("(max-width: 60rem)").matches) waves.scrollIntoView({ block: "nearest" });
    } catch (error) {
      if (asked !== patient || signal.aborted) return;
      note.textContent = error.message;
      button.setAttribute("aria-pressed", "false");
    }
  }

  clear(main, h("h1", {}, "The lab"),
    h("p", { class: "caption do" }, explained("Choose a study: stimulate here, record there, and the table fills. Or hide the diagnosis and find it from the recordings. ▼ low or absent, ▲ late or high, against the normal limits of the ledger. Shown is one simulated person; Course has the range of many.")),
    h("div", { class: "with-side" },
      h("aside", { class: "side first", "aria-label": "Studies" },
        h("div", { class: "row" }, h("button", { type: "button", id: "mystery", class: "main", onclick: mystery }, "Hide the diagnosis"), h("button", { type: "button", id: "current", onclick: current }, "This case")),
        who, when,
        groups().map(([title, list]) => h("fieldset", {}, h("legend", {}, explained(title)), list.map(([name, setup]) => {
          const button = h("button", { type: "button", class: "study", "data-study": name, "aria-pressed": "false", onclick: () => study(name, button) },
            h("b", {}, sentence(words(name))), h("span", {}, `${setup.stimulated} → ${setup.recorded}`));
          return button;
        })))),
      h("div", { class: "lead" }, note, h("section", { "aria-label": "Recordings" }, h("h2", {}, "Recordings"), whose, h("p", { class: "hint" }, "Colour: at the date of the visit. Grey: the same person before anything began. Negative is drawn upward, as laboratories do: a positive wave (P) points down and is counted below 0."), waves)),
      h("div", { class: "rest" }, h("section", { "aria-label": "Results" }, h("h2", {}, "Results"), results), h("section", { "aria-label": "Questions", class: "questions" }, h("h2", {}, "Questions"), verdict))));
  current();
  const opening = state.about.drawing.leading.study;
  study(opening, main.querySelector(`[data-study="${opening}"]`), false);
  const stop = listen((what) => { if (what === "all") current(); });
  return () => { stop(); here.abort(); state.hidden = null; };
}

export const colourOf = (study) => state.about.colours.pathways[state.about.drawing.setups[study]?.pathway];

// A wave whose size nobody gives a norm in uV for is drawn in per cent of what a healthy person's would be.
export const sized = (wave) => (wave.unit === "of normal" ? { unit: "% of the healthy size", value: wave.value.map((value) => 100 * value) } : wave);

const deviations = (z) => (Math.abs(z) < 0.05 ? "0.0" : `${z > 0 ? "+" : ""}${z.toFixed(1)}`);

// The same person before the cause began: the first month of the course, which the server says when asked for less.
export async function before(plan, ask) {
  const course = await post("/api/course", { case: plan.case, shift: plan.shift });
  return ask(course.months[0]);
}

// The stretch worth drawing: the healthy response and as much again for a late one.
export function span(healthy, wave) {
  const most = Math.max(...healthy.value.map(Math.abs));
  const there = healthy.time.filter((_, i) => Math.abs(healthy.value[i]) > 0.02 * most);
  const [first, last] = [there[0], there.at(-1)];
  return [Math.max(0, first - 0.3 * (last - first)), Math.min(Math.max(healthy.time.at(-1), wave.time.at(-1)), last + 1.2 * (last - first))];
}
