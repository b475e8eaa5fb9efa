// Five steps before the sandbox, each with one control: what a wire is, what its wrap does, what deficiency does, what
// returns, what waiting costs. Everything shown is computed by the same engine as the other views.

import { Latest, post } from "./api.js";
import { Chart, legend } from "./chart.js";
import { clear, h, monthWords, number, percent, sentence, slider } from "./dom.js";
import { Waiting } from "./strip.js";
import { state, withRegimen } from "./state.js";
import { row } from "./wire.js";

const CASE = "pernicious-anaemia";
const SHARES = [1, 0.5, 0.2, 0.1, 0.05, 0.03, 0.02, 0.015, 0.01, 0];
const STEPS = ["A wire", "Its wrap", "Deficiency", "Recovery", "Cost of waiting"];

export async function show(main, rest, signal) {
  const kase = structuredClone((state.cases.find((item) => item.name === CASE) || state.cases[0]).case);
  const who = `a ${kase.person.sex === "female" ? "woman" : "man"} of ${number(Number.parseFloat(kase.person.age))} with ${kase.cause.kind}`;
  const queues = [];
  // A control and its sentence: `work` returns the sentence, which is marked as ready until the control moves again.
  const queue = (line, work) => {
    const made = new Latest(async (own, ...given) => {
      const text = await work(own, ...given).catch((error) => { if (error.name === "AbortError") throw error; return error.message; });
      if (own.aborted) return;
      line.textContent = text;
      if (!made.waiting) line.dataset.ready = "1";
    });
    queues.push(made);
    return { ask: (...given) => { delete line.dataset.ready; made.ask(...given); }, stop: () => made.stop() };
  };
  const said = () => h("p", { class: "story", "aria-live": "polite" });
  const step = (number, title, text, ...inside) => h("section", { id: `step-${number}`, "aria-labelledby": `step-${number}-title` }, h("h2", { id: `step-${number}-title` }, `${number}. ${title}`), h("p", {}, text), ...inside);

  // 1 and 2: one fibre of the exact engine
  const [wire, wrapped] = [row("healthy", "A healthy fibre"), row("diseased", "The same fibre with less wrap")];
  const [speed, blocked] = [said(), said()];
  const draw = (shown, data, name) => {
    shown.build(data);
    shown.verdict(data.fibres[name], data.fibres.healthy);
    shown.paint(data.fibres[name].potential[Math.floor(data.frames.length * 0.35)]);
  };
  // between two nodes away from both ends: mm in ms are m/s
  const metres = ({ positions, arrival }) => number((positions[18] - positions[6]) / (arrival[18] - arrival[6]), 2);
  const first = queue(speed, async (own, diameter) => {
    const data = await post("/api/wire", { diameter, lamellae: 1, internodes: 4 }, { signal: own });
    draw(wire, data, "healthy");
    main.dataset.computed = String(Number(main.dataset.computed || 0) + 1);
    return `A fibre ${diameter} thousandths of a millimetre thick carries an impulse over ${number(data.length, 2)} mm in ${data.fibres.healthy.time.toFixed(2)} ms, about ${metres(data.fibres.healthy)} metres per second. Thicker is faster.`;
  });
  const second = queue(blocked, async (own, share) => {
    const data = await post("/api/wire", { diameter: 10, lamellae: share, internodes: 6 }, { signal: own });
    draw(wrapped, data, "diseased");
    const { healthy, diseased } = data.fibres;
    return diseased.arrives
      ? `With ${share === 1 ? "the whole wrap" : share ? `${number(100 * share, 2)} % of the wrap` : "no wrap"} on six stretches the impulse arrives after ${diseased.time.toFixed(2)} ms, ${Math.max(0, Math.round(100 * (diseased.time / healthy.time - 1)))} % later than in health.`
      : `With ${share ? `${number(100 * share, 2)} % of the wrap` : "no wrap"} on six stretches the impulse stops: the fibre lives, and nothing arrives.`;
  });

  // 3 and 4: one person
  const down = new Chart({ height: 200 });
  const back = new Chart({ height: 200 });
  const [ill, better] = [said(), said()];
  const noticed = (found, at) => state.about.symptoms.filter((one) => found.severity[one.id] && between(found.months, found.severity[one.id], at) >= state.about.presence).map((one) => one.name.toLowerCase());
  // the value of a curve at a month, as it is drawn
  const between = (months, values, month) => {
    const i = Math.max(1, months.findIndex((one) => one >= month));
    const [a, b] = [months[i - 1], months[i]];
    return values[i - 1] + ((values[i] - values[i - 1]) * Math.min(1, Math.max(0, (month - a) / (b - a))));
  };
  const curves = (found, keep) => [["arrives", "conducted", "var(--plan-a)"], ["axon alive", "axons", "var(--lost)"]].map(([label, key, colour]) => {
    const kept = found.months.map((month, i) => i).filter((i) => keep(found.months[i]));
    return { label, x: kept.map((i) => found.months[i]), y: kept.map((i) => found.pathways[state.about.drawing.leading.pathway][key][i]), colour, dashed: key === "axons", width: 2 };
  });
  const base = (extra) => ({ title: "Impulses that arrive, foot to brain", y_label: "share of fibres", months: true, x_label: "months from diagnosis", y_range: [0, 1.02], marks: [0], ...extra });
  const third = queue(ill, async (own, month) => {
    // the months wanted may lie before or after diagnosis: the same person, left untreated
    const found = await post("/api/course", { case: kase, shift: null }, { signal: own });
    down.set(base({ x_range: [-24, 24], cursor: month, series: curves(found, (one) => one >= -24 && one <= 24) }));
    const list = noticed(found, month);
    return `${sentence(monthWords(month))}, untreated: B12 in blood ${number(between(found.blood_months, found.blood.b12.values, month), 2)} pmol/L; ${percent(between(found.months, found.pathways[state.about.drawing.leading.pathway].conducted, month))} of the impulses from the foot reach the brain. ${list.length ? `Noticed: ${list.slice(0, 4).join("; ")}.` : "Nothing is noticed yet, although blood is low."}`;
  });
  const key = () => legend([{ label: "impulse arrives", colour: "var(--plan-a)" }, { label: "fibre alive", colour: "var(--lost)", dashed: true }]);
  const started = 6;
  const fourth = queue(better, async (own, month) => {
    const found = await post("/api/course", { case: withRegimen(kase, "uk neurological"), shift: started }, { signal: own });
    const at = (values) => percent(between(found.months, values, started + month));
    back.set(base({ x_range: [-6, 36], cursor: started + month, series: curves(found, (value) => value >= -6) }));
    const path = found.pathways[state.about.drawing.leading.pathway];
    return `Treatment begins ${started} months after diagnosis. ${month ? `${monthWords(month).replace(" after diagnosis", "")} later` : "On that day"} ${at(path.conducted)} of the impulses arrive and ${at(path.axons)} of the fibres live. New wrap comes back thin and conducts; fibres of the cord that died do not come back.`;
  });

  // 5: what a delay costs, with its range
  const waiting = new Waiting("with treatment at diagnosis");
  const cost = said();
  const fifth = queue(cost, async (own, months) => {
    cost.textContent = `Computing the range from ${state.about.members} sets of rates: a few seconds.`;
    waiting.set(null);
    const later = months ? [{ name: "later", label: `begun ${months} months later`, case: kase, shift: months }] : [];
    const plans = [{ name: "given", label: "treated at diagnosis", case: kase, shift: 0 }, ...later, { name: "none", label: "never treated", case: kase, shift: null }];
    const answer = await post("/api/answer", { plans }, { signal: own });
    if (!own.aborted) waiting.set(answer);
    return answer.headline || `${answer.items[0].title}: ${answer.items[0].value}. ${answer.items.at(-1).title}, treated at diagnosis: ${answer.items.at(-1).value}.`;
  });
  const pick = (made, value) => made.ask(value);
  let timer;
  const later = (made, value) => { made.stop(); delete cost.dataset.ready; waiting.set(null); clearTimeout(timer); timer = setTimeout(() => made.ask(value), 300); };

  clear(main, h("h1", {}, "Five steps"),
    h("p", { class: "caption do" }, "From one nerve fibre to the cost of waiting, in five minutes. Each step has one control: move it and read the sentence under it. Everything is computed now; nothing here is advice."),
    h("div", { class: "row steps", role: "group", "aria-label": "Steps" }, STEPS.map((title, i) => h("button", { type: "button", onclick: () => { const there = document.getElementById(`step-${i + 1}`); there.scrollIntoView({ block: "start" }); there.querySelector("input").focus({ preventScroll: true }); } }, `${i + 1} ${title}`))),
    step(1, "A wire", "A nerve fibre is a thin tube. An impulse runs along it: each node (disc) fires and wakes the next one.",
      slider({ label: "Thickness of the fibre", id: "story-diameter", min: 4, max: 16, value: 10, show: (v) => `${v} \u00b5m`, oninput: (v) => pick(first, v) }), wire.node, speed),
    step(2, "Its wrap", "Myelin is wrapped around the fibre between the nodes. It keeps the current inside, so that the next node is reached.",
      slider({ label: "Wrap left on six stretches", id: "story-wrap", min: 0, max: SHARES.length - 1, value: 4, show: (i) => (SHARES[i] ? `${number(100 * SHARES[i], 2)} %` : "none"), oninput: (i) => pick(second, SHARES[i]) }), wrapped.node, blocked),
    step(3, "Deficiency", `Without vitamin B12 the wrap swells and splits, over months; later fibres die. Here ${who}, not treated: one simulated person, whose numbers have no range here. The last step gives ranges.`,
      slider({ label: "Date", id: "story-years", min: -24, max: 24, value: 6, show: monthWords, oninput: (v) => pick(third, v) }), down.node, key(), ill),
    step(4, "Recovery", "In this model treatment ends further harm within weeks, which was not measured in patients. Blood is normal within weeks; a nerve takes months, and not all of it returns.",
      slider({ label: "Time since treatment began", id: "story-returns", min: 0, max: 30, value: 6, show: (v) => monthWords(v).replace(" after diagnosis", "").replace("at diagnosis", "that day"), oninput: (v) => pick(fourth, v) }), back.node, key(), better),
    step(5, "Cost of waiting", "The same person, treated at diagnosis or later. Nobody has measured this: the ranges say how little is known, and treatment should not be delayed.",
      slider({ label: "Treatment begins later by", id: "story-wait", min: 0, max: 24, value: 12, show: (v) => (v ? `${v} months` : "nothing: at diagnosis"), oninput: (v) => later(fifth, v) }), cost, h("div", { class: "strip" }, waiting.node)),
    h("p", {}, h("a", { class: "button", href: "#course" }, "Go on: change the person and the plans"), " ", h("a", { class: "button", href: "#wire" }, "Play with one fibre")));
  if (signal.aborted) return null;
  first.ask(10);
  second.ask(SHARES[4]);
  third.ask(6);
  fourth.ask(6);
  // the last step costs most: it waits until it is in sight
  const seen = new IntersectionObserver(([entry]) => { if (entry.isIntersecting) { seen.disconnect(); fifth.ask(12); } });
  seen.observe(cost);
  return () => { clearTimeout(timer); seen.disconnect(); for (const made of queues) made.stop(); };
}
