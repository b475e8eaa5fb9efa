// The body: the wires of a nervous system, coloured by what still gets through at the date shown.

import { Latest, post } from "./api.js";
import { Chart, ink, legend } from "./chart.js";
import { cord } from "./cord.js";
import { branchName, clear, h, monthWords, number, pathwayName, percent, s, sentence, slider, unbroken, words } from "./dom.js";
import { savePng, saveSvg } from "./export.js";
import { mark } from "./rests.js";
import { explained } from "./glossary.js";
import { before, colourOf, sized, span } from "./lab.js";
import { change, inQuestion, label as planName, listen, plans, state, treated } from "./state.js";

// With room for the labels beside the figure; a narrow screen has none, and the list below instead.
const WIDE = "-138 0 696 750";

// Drawn without a meaning of its own: the folds of the brain, the vertebrae, and nerves the model does not follow.
function anatomy() {
  const path = (kind, d) => s("path", { class: kind, d });
  const ribs = Array.from({ length: 11 }, (_, i) => {
    const y = 176 + i * 17;
    const w = 46 + 16 * Math.sin((i / 10) * Math.PI);
    return `M204 ${y}C${190} ${y - 3} ${204 - w * 0.7} ${y} ${204 - w} ${y + 13}M220 ${y}C${234} ${y - 3} ${220 + w * 0.7} ${y} ${220 + w} ${y + 13}`;
  });
  return [
    path("twig", ribs.join("")),
    path("twig", "M206 386L188 470L184 560L190 640L188 700M218 386L236 470L240 560L234 640L236 700M206 380L170 452L168 540M218 380L254 452L256 540M128 206L112 320L104 410L110 452M296 206L312 320L320 410L314 452M100 306L92 420L82 452M322 306L330 420L338 452"),
    s("path", { d: "M210 22C180 18 166 44 170 66C172 86 190 96 210 92C230 96 248 86 250 66C254 44 240 18 210 22Z" }),
    s("ellipse", { cx: 210, cy: 97, rx: 21, ry: 10 }),
    path("fold", "M210 24V90M198 30C188 34 192 44 182 46M200 48C190 50 188 60 176 62M202 66C194 70 192 78 182 78M222 30C232 34 228 44 238 46M220 48C230 50 232 60 244 62M218 66C226 70 228 78 238 78M194 97H226M197 101H223"),
    path("cord", "M212 92V392"),
    // eyes, and the levels of the spine
    ...[188, 232].flatMap((x) => [s("ellipse", { class: "eye", cx: x, cy: 82, rx: 7, ry: 4.5 }), s("circle", { class: "pupil", cx: x, cy: 82, r: 2 })]),
    ...[["C1", 124], ["C5", 158], ["T1", 192], ["T6", 252], ["T12", 316], ["L1", 334], ["S", 388]].map(([name, y]) => s("text", { class: "level-name", x: 232, y: y + 3 }, name)),
    s("path", { class: "leader", d: "M300 128L216 108" }), s("text", { class: "level-name", x: 303, y: 126 }, "paths cross here"),
    ...Array.from({ length: 20 }, (_, i) => s("line", { class: "vertebra", x1: 198, x2: 226, y1: 122 + i * 13.5, y2: 122 + i * 13.5 })),
  ];
}

export async function show(main) {
  let found = null;
  let which = "a";
  const { wires: drawn, columns, leading } = state.about.drawing;
  let chosen = leading.pathway;
  const picture = s("svg", { viewBox: WIDE, class: "body", role: "group", "aria-label": "Nervous system" });
  const narrow = matchMedia("(max-width: 44rem)");
  const fit = () => picture.setAttribute("viewBox", narrow.matches ? "45 0 330 750" : WIDE);
  narrow.addEventListener("change", fit);
  fit();
  const wires = {};
  picture.append(
    s("g", { class: "skin" },
      s("ellipse", { cx: 210, cy: 70, rx: 47, ry: 57 }),
      s("path", { d: "M192 118H228V150C262 152 290 160 304 190L282 250C276 300 268 330 272 392L262 440H158L148 392C152 330 144 300 138 250L116 190C130 160 158 152 192 150Z" }),
      s("path", { class: "limb arm", d: "M128 200L104 308L80 424L76 446M292 200L316 308L340 424L344 446" }),
      s("path", { class: "limb leg", d: "M180 430L176 566L174 706L156 724M240 430L244 566L246 706L264 724" })),
    s("g", { class: "organ", "aria-hidden": "true" }, anatomy()));
  for (const { pathway: name, path: d, side, label: [y, x, yEnd] } of drawn) {
    const line = s("path", { class: "wire-line", d });
    const group = s("g", { class: "wire-path", role: "button", tabindex: 0, "data-pathway": name, onclick: () => pick(name), onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); pick(name); } } },
      s("title", {}, pathwayName(name)), s("path", { class: "hit", d }), s("path", { class: "halo", d }), line);
    const left = side === "left";
    const share = s("tspan", { class: "share", dy: 17 });
    const edge = left ? 44 : 376;
    const text = s("text", { x: left ? edge - 5 : edge + 5, y: y + 4, "text-anchor": left ? "end" : "start" }, s("tspan", {}, pathwayName(name).replace(/ \(.*/, "")), share);
    share.setAttribute("x", left ? edge - 5 : edge + 5);
    const label = s("g", { class: "wire-label", "aria-hidden": "true", onclick: () => pick(name) }, s("path", { d: `M${edge} ${y}L${x} ${yEnd}` }), text);
    wires[name] = { line, group, label, share };
    picture.append(label, group);
  }
  const list = h("div", { class: "wires", role: "list" });
  const detail = h("section", { id: "wire-detail", "aria-live": "polite" });
  const heading = h("h2", { id: "wire-name" });
  const facts = h("p", { class: "caption" });
  const [key, branches] = [h("div", {}), h("div", {})];
  const over = new Chart({ height: 190 });
  const fibres = new Chart({ height: 190 });
  const recordings = h("div", { class: "charts two" });
  const symptoms = h("div", {});
  clear(detail, heading, facts, key, h("div", { class: "charts two" }, over.node, h("div", {}, fibres.node, branches)), h("h3", {}, "Recording of its study at this date"), h("p", { class: "hint" }, explained("Colour: at this date. Grey: the same person before the cause began. N22, P40 and their like are named by their sign and their time in ms. Negative is drawn upward, as laboratories do: a positive wave (P) points down and is counted below 0.")), recordings, h("h3", {}, "Symptoms that depend on it"), symptoms);
  const when = slider({ label: "Date shown", id: "body-date", min: -36, max: 36, value: state.month, show: monthWords, oninput: (month) => change({ month }, "month") });
  const picks = h("div", { class: "row", role: "group", "aria-label": "Plan" });
  const slice = cord(columns);
  // the months one after the other, until the end or until it is stopped
  let running = null;
  const play = h("button", { type: "button", id: "body-play", onclick: () => (running ? halt() : begin()) }, "Play the months");
  const halt = () => { clearInterval(running); running = null; play.textContent = "Play the months"; };
  const begin = () => {
    play.textContent = "Stop";
    if (state.month >= 36) change({ month: -24 }, "month");
    running = setInterval(() => { if (state.month >= 36) halt(); else change({ month: state.month + 1 }, "month"); }, 160);
  };
  const title = h("p", { class: "story short" });
  const caution = h("p", { class: "notice", hidden: true, "aria-live": "polite" });
  // Where the course is no forecast for the person of the case, it is shown up to diagnosis and no further.
  let refused = "";
  const month = () => (refused ? Math.min(state.month, 0) : state.month);

  clear(main, h("h1", {}, "The body"), h("p", { class: "caption do" }, "Choose a wire, in the drawing or the list, to see its fibres, its recording and the symptoms that depend on it. Move the date to watch it fail and return. Shown is one simulated person; Course has the range of many."), caution, title,
    h("div", { class: "body-view" },
      h("section", { class: "figure-body", "aria-label": "Nervous system" }, picks, when, h("div", { class: "row" }, play), picture,
        h("p", { class: "hint" }, "Colour: the pathway, the same everywhere. Thick and full: all fibres arrive; thin and pale: few; dashed below one half, dotted where nearly nothing does. Seen from the front: commands and eyes on the left, feeling on the right; each stands for both sides."),
        h("h2", {}, "The cord in the neck, cut across"), slice.node, legend(columns.map((item) => ({ label: item.words, colour: state.about.colours.pathways[item.pathway], block: true }))), h("p", { class: "hint" }, "Each column in the colour of its pathway, paler the less arrives; the number is the share that does."),
        h("div", { class: "row" }, h("button", { type: "button", id: "save-svg", onclick: () => saveSvg(picture, "body", title.textContent) }, "Save the drawing (SVG)"), h("button", { type: "button", id: "save-png", onclick: () => savePng(picture, "body", title.textContent) }, "as PNG"))),
      h("div", {}, h("section", { "aria-label": "Wires" }, h("h2", {}, "The wires"), h("p", { class: "hint" }, explained("How many impulses arrive, and how late (SEP: the path of feeling up to the brain; corticospinal: of commands down).")), list), detail)));

  const at = (item, key) => {
    const xs = found.months;
    let i = xs.findIndex((one) => one >= month());
    if (i < 0) i = xs.length - 1;
    if (i === 0) return item[key][0];
    const part = (month() - xs[i - 1]) / (xs[i] - xs[i - 1]);
    return item[key][i - 1] + Math.min(1, Math.max(0, part)) * (item[key][i] - item[key][i - 1]);
  };
  const colourOfPath = (name) => ink(state.about.colours.pathways[name]);

  function paint() {
    if (!found) return;
    const names = drawn.map((item) => item.pathway).filter((name) => found.pathways[name]);
    for (const name of names) {
      const share = at(found.pathways[name], "conducted");
      const { line, group, label, share: told } = wires[name];
      line.style.setProperty("stroke", colourOfPath(name));
      line.style.setProperty("stroke-width", String(1.2 + 3 * share));
      line.style.setProperty("stroke-opacity", String(0.35 + 0.65 * share));
      line.setAttribute("stroke-dasharray", share < 0.05 ? "1.5 8" : share < 0.5 ? "9 6" : "none");
      group.setAttribute("aria-label", `${pathwayName(name)}: ${percent(share)} of the fibres arrive`);
      group.setAttribute("aria-pressed", String(name === chosen));
      group.classList.toggle("chosen", name === chosen);
      label.classList.toggle("chosen", name === chosen);
      told.textContent = `${percent(share)} arrive`;
    }
    const focused = document.activeElement?.dataset?.wire;
    clear(list, names.map((name) => {
      const item = found.pathways[name];
      const share = at(item, "conducted");
      const delay = at(item, "delay");
      return h("div", { role: "listitem" }, h("button", { type: "button", class: "wire-pick", "data-wire": name, "aria-pressed": String(name === chosen), onclick: () => pick(name) },
        h("i", { class: "dot", style: { background: ink(state.about.colours.pathways[name]) } }),
        h("span", { class: "name" }, pathwayName(name)),
        h("span", { class: "bar", "aria-hidden": "true" }, h("i", { style: { width: `${Math.round(100 * share)}%`, background: colourOfPath(name) } })),
        h("span", { class: "num" }, `${percent(share)} arrive`), h("span", { class: "num muted" }, share > 0.005 ? `+${delay.toFixed(1)} ms` : "")));
    }));
    slice.paint((name) => (found.pathways[name] ? at(found.pathways[name], "conducted") : 1), state.about.colours.pathways);
    if (focused) list.querySelector(`[data-wire="${focused}"]`)?.focus();
    title.textContent = `${state.case.title}, ${monthWords(month())}${treated() && !refused ? `, ${planName(which)}` : ""}.`;
    lines();
  }

  function lines() {
    const item = found.pathways[chosen];
    heading.replaceChildren(h("i", { class: "dot", style: { background: ink(state.about.colours.pathways[chosen]) } }), pathwayName(chosen), mark(`pathway.${chosen}`, pathwayName(chosen)));
    facts.textContent = `${percent(at(item, "conducted"))} of the original fibres carry their impulse to the end, ${at(item, "delay").toFixed(1)} ms late on average and ${at(item, "dispersion").toFixed(1)} ms scattered; ${percent(at(item, "axons"))} of the axons live.`;
    clear(key, legend([{ label: "impulse arrives", colour: state.about.colours.pathways[chosen] }, { label: "axon alive", colour: "var(--lost)", dashed: true }]));
    const until = refused ? found.months.filter((one) => one <= 0).length : found.months.length;
    const range = [Math.max(found.months[0], -48), found.months.at(-1)];
    over.set({ title: "Over time", y_label: "share of fibres", months: true, x_label: "months from diagnosis", x_range: range, y_range: [0, 1.02], marks: [0], cursor: month(), series: [
      { label: "impulse arrives", x: found.months.slice(0, until), y: item.conducted.slice(0, until), colour: state.about.colours.pathways[chosen], width: 2.2 },
      { label: "axon alive", x: found.months.slice(0, until), y: item.axons.slice(0, until), colour: "var(--lost)", dashed: true }] });
    const depends = state.about.symptoms.filter((one) => one.pathways.includes(chosen));
    clear(symptoms, h("ul", {}, depends.map((one) => {
      const severity = found.severity[one.id] ? at({ x: found.severity[one.id] }, "x") : null;
      return h("li", {}, h("b", {}, one.name), severity === null ? h("span", { class: "muted" }, ` (${one.tier})`) : `, severity ${severity.toFixed(2)}${severity >= state.about.presence ? "" : ", not noticed"}`, ". ", h("span", { class: "muted" }, one.mechanism));
    })), depends.length ? null : h("p", { class: "hint" }, "None of the computed ones."), h("p", { class: "hint" }, h("a", { href: "#sources/clinic" }, "How a pathway becomes a complaint: mostly assumed numbers")));
  }

  const closer = new Latest(async (signal, plan, month, name) => {
    try { await read(signal, plan, month, name); } catch (error) { trouble(error); }
  });
  async function read(signal, plan, month, name) {
    const { study } = drawn.find((item) => item.pathway === name);
    const asked = { case: plan.case, shift: plan.shift };
    const ask = (m) => post("/api/studies", { ...asked, month: m, studies: [study] }, { signal });
    const [parts, now, healthy] = await Promise.all([post("/api/fibres", { ...asked, month, pathway: name }, { signal }), ask(month), before(plan, ask)]);
    if (name !== chosen) return;
    const inks = [state.about.colours.pathways[name], "#888888", "#b08d57"];
    clear(branches, parts.length > 1 && legend(parts.map((part, i) => ({ label: branchName(part.branch), colour: inks[i], block: true }))));
    fibres.set({ title: "Its fibres", y_label: "chance to arrive", x_label: "diameter, \u00b5m", y_range: [-0.03, 1.05], series: parts.map((part, i) => ({
      label: words(part.branch), x: part.diameter, y: part.conducted, points: true, width: 0.9, colour: inks[i] })) });
    const keys = Object.keys(healthy.waveforms);
    clear(recordings, keys.map((key) => {
      const [grey, wave] = [healthy.waveforms[key], now.waveforms[key] || { time: [], value: [] }];
      return new Chart({ height: 150 }).set({ title: sentence(key.split(", ")[1]), y_label: `${sized(grey).unit}, negative up`, x_label: "ms after the stimulus", x_range: span(grey, wave.time.length ? wave : grey), series: [
        { label: "before the cause began", x: grey.time, y: sized(grey).value, colour: "var(--lost)", width: 1.2 }, { label: "at this date", x: wave.time, y: sized({ ...wave, unit: grey.unit }).value, colour: colourOf(study), width: 1.8 }] }).node;
    }), keys.length ? null : h("p", { class: "hint" }, `${sentence(words(study))} is a time, not a curve: see the lab.`));
  }
  // what cannot be computed is said where a refusal stands, and not in the console
  function trouble(error) {
    if (error.name === "AbortError") return;
    caution.textContent = error.message;
    caution.hidden = false;
  }

  let timer;
  function look() {
    clearTimeout(timer);
    timer = setTimeout(() => { const plan = plans().find((item) => item.id === which) || plans()[0]; if (found) closer.ask(plan, month(), chosen); }, 150);
  }

  function pick(name) {
    chosen = name;
    paint();
    look();
  }

  const queue = new Latest(async (signal, plan) => {
    try { await follow(signal, plan); } catch (error) { trouble(error); }
  });
  async function follow(signal, plan) {
    refused = inQuestion() ? (await post("/api/forecast", { case: plan.case }, { signal })).headline : "";
    caution.textContent = unbroken(refused);
    caution.hidden = !refused;
    if (refused) { which = "a"; clear(picks); }
    found = await post("/api/course", { case: plan.case, shift: plan.shift }, { signal });
    paint();
    look();
  }
  function ask() {
    const list = plans();
    if (!list.some((item) => item.id === which)) which = "a";
    clear(picks, list.length > 1 && list.map((item) => h("button", { type: "button", "aria-pressed": String(item.id === which), id: `plan-${item.id}`, onclick: () => { which = item.id; ask(); document.getElementById(`plan-${item.id}`)?.focus(); } }, { a: "Plan A", b: "Plan B", none: sentence(planName("none")) }[item.id])));
    queue.ask(list.find((item) => item.id === which));
  }
  const stop = listen((what) => { if (what === "month") { when.set(state.month); paint(); look(); } else ask(); });
  ask();
  return () => { stop(); halt(); clearTimeout(timer); queue.stop(); closer.stop(); narrow.removeEventListener("change", fit); };
}
