// A patient without a name: where is the lesion, which history fits, which complaints fit; an explanation afterwards.

import { post } from "./api.js";
import { clear, h, number, sentence } from "./dom.js";
import { state } from "./state.js";

// Untreated for so many months after diagnosis the recordings are abnormal enough to tell.
const MONTHS = 9;
const HISTORY = {
  "pernicious anaemia": "Tired for a year, a sister with a thyroid disease; eats everything.",
  "vegan diet": "Has eaten nothing from animals for many years, and takes no B12.",
  gastrectomy: "The stomach was taken out years ago; no B12 since.",
  "nitrous oxide": "Inhales laughing gas on most weekends.",
  metformin: "Diabetes, treated with metformin for years.",
  "ileal disease": "The last part of the small bowel was taken out.",
  "food-cobalamin malabsorption": "Over seventy, with little acid in the stomach.",
  "CD320 antibodies": "Normal B12 in blood, low in the fluid around the brain.",
  none: "Healthy, and here for a comparison.",
};
const PLACES = { nerves: "in the nerves of the limbs", cord: "in the spinal cord or the brain", both: "in both", none: "nowhere: all of it is normal" };
// Where studies point to: only the nerves, only the cord and brain, both, or nowhere; with what lies beyond a limit.
// A late wave of the cortex says nothing by itself, for a slow nerve makes it late, too: what counts for cord and brain
// is the time between two waves, what motor cortex and eye answer, and a lost wave whose nerve is on time.
// `setups`: what each study passes, by its name.
export function placeOf(rows, setups) {
  const beyond = rows.flatMap((row) => row.assessed.filter((item) => item.flag && item.flag !== "normal").map((item) => ({ study: row.study, site: row.site, ...item })));
  const of = (study) => setups[study] || {};
  const feeling = () => beyond.some((item) => of(item.study).place === "sensory nerve");
  const onTime = (study) => rows.some((row) => row.study === study && row.site === of(study).entry && row.assessed.every((item) => item.flag === "normal"));
  const central = ({ study, site, quantity, flag }) => {
    const { place, entry, muscle } = of(study);
    if (place === "brain") return true;
    if (quantity === "cmct") return flag !== "absent" || !beyond.some((item) => item.study === muscle && item.flag === "absent");
    if (!entry || site === entry) return false;
    return quantity === "interval" ? flag !== "absent" || onTime(study) : quantity === "amplitude" && onTime(study) && !feeling();
  };
  const cord = beyond.filter(central);
  const nerves = beyond.filter(({ study, site }) => ["nerve", "sensory nerve"].includes(of(study).place) || (of(study).place === "nerve first" && site === of(study).entry));
  const named = (list) => [...new Set(list.map((item) => item.study))];
  return { place: nerves.length && cord.length ? "both" : nerves.length ? "nerves" : cord.length ? "cord" : "none", nerves: named(nerves), cord: named(cord) };
}

// The stories to choose from: the true one, and two that blood (B12 low or not) or recordings contradict.
export function storiesOf(kind, low, normal = false) {
  const wrong = low ? ["none", "CD320 antibodies"] : [normal ? "vegan diet" : "none", "gastrectomy"];
  return [kind, ...wrong].sort();
}

export function patient(random = Math.random) {
  const choice = state.cases[Math.floor(random() * state.cases.length)];
  return { choice, plan: { case: choice.case, shift: choice.case.cause.kind === "none" ? 0 : null, month: choice.case.cause.kind === "none" ? 0 : MONTHS } };
}

// The three questions, one after the other, and what explains them. Nothing is drawn once `signal` says that another
// patient has come.
export async function questions(place, { choice, plan }, words, signal) {
  const { person, cause } = choice.case;
  clear(place, h("p", { class: "hint" }, "Preparing the questions..."));
  const [course, studies] = await Promise.all([
    post("/api/course", { case: plan.case, shift: plan.shift }, { signal }),
    post("/api/studies", { ...plan, studies: [] }, { signal }),
  ]);
  if (signal.aborted) return;
  const nearest = (months) => months.reduce((best, value, i) => (Math.abs(value - plan.month) < Math.abs(months[best] - plan.month) ? i : best), 0);
  const at = nearest(course.months);
  const felt = state.about.symptoms.filter((one) => course.severity[one.id]?.[at] >= state.about.presence).map((one) => one.name.toLowerCase());
  const truth = placeOf(studies.rows, state.about.drawing.setups);
  const listed = (list) => list.slice(0, 4).join("; ") || "no complaint";
  const complaints = { right: listed(felt), ears: "ringing in the ears; cramps of the legs at night", wrong: felt.length ? "no complaint" : "numbness; coordination, balance and gait" };
  const { kind } = cause;
  const b12 = course.blood.b12.values[nearest(course.blood_months)];
  const histories = storiesOf(kind, b12 < state.about.limits.b12[0], truth.place === "none");
  const parts = [
    ["Where is the damage?", Object.entries(PLACES), truth.place, () => `In the nerves: ${truth.nerves.map(words).join(", ") || "nothing beyond a limit"}. In cord or brain: ${truth.cord.map(words).join(", ") || "nothing beyond a limit"}. Studies of a limb show its nerve. SEP, MEP and BAEP pass the nerve first: what counts there is the time from one wave to the next, not a late last wave.`],
    ["Which complaints fit these recordings?", Object.entries(complaints).sort((a, b) => (a[1] < b[1] ? -1 : 1)), "right", () => "The complaints are those that the model computes from the same wires. Ringing and cramps have no evidence behind them."],
    [`The blood has ${number(b12, 2)} pmol/L of B12 (low: below ${state.about.limits.b12[0]}). Which of these stories can be true?`, histories.map((name) => [name, HISTORY[name] ?? `Known: ${name}.`]), kind, () => `${choice.case.title}. The recordings show where and how badly, seldom why: other causes of the same deficiency look alike. Blood and recordings only rule stories out.`],
  ];
  let right = 0;
  clear(place, h("p", {}, h("b", {}, "A patient comes to the laboratory. "), `${sentence(person.sex)}, ${number(Number.parseFloat(person.age))} years. Choose studies, then answer.`),
    parts.map(([title, options, truthKey, why], i) => {
      const told = h("p", { class: "hint", "aria-live": "polite" });
      const buttons = options.map(([key, text]) => h("button", { type: "button", "data-answer-of": String(i), "data-key": key, onclick: () => {
        for (const button of buttons) button.disabled = true;
        const good = key === truthKey;
        right += good ? 1 : 0;
        told.textContent = `${good ? "Right." : `Not this one: ${options.find(([one]) => one === truthKey)[1]}.`} ${why()}`;
        if (buttons.done === undefined) { buttons.done = true; answered += 1; }
        if (answered === parts.length) clear(sum, h("p", {}, h("b", {}, `${right} of ${parts.length}. `), choice.case.summary || "", " ", h("span", { class: "caption" }, choice.citation)));
      } }, text));
      return h("div", { class: "question" }, h("h3", {}, title), h("div", { class: "row" }, buttons), told);
    }));
  let answered = 0;
  const sum = h("div", { "aria-live": "polite" });
  place.append(sum);
}
