// A patient without a name: where is the lesion, which history fits, which complaints fit; an explanation afterwards.

import { post } from "./api.js";
import { clear, h, number, sentence } from "./dom.js";
import { state } from "./state.js";

// Untreated for so many months after diagnosis the recordings are abnormal enough to tell.
const MONTHS = 9;
const HISTORY = {
  "pernicious anaemia": "Tired for a year, a sister with a thyroid disease; eats everything.",
  "vegan diet": "Has eaten nothing from animals for many years.",
  gastrectomy: "The stomach was taken out years ago.",
  "nitrous oxide": "Inhales laughing gas on most weekends.",
  metformin: "Diabetes, treated with metformin for years.",
  "ileal disease": "The last part of the small bowel was taken out.",
  "food-cobalamin malabsorption": "Over seventy, with little acid in the stomach.",
  "CD320 antibodies": "Normal B12 in blood, low in the fluid around the brain.",
  none: "Healthy, and here for a comparison.",
};
const PLACES = { nerves: "the nerves of the limbs", cord: "the spinal cord and the paths of the brain", both: "nerves and cord", none: "nowhere: all of it is normal" };
const NERVES = new Set(["sural", "median_sensory", "ulnar_sensory", "radial", "median_motor", "ulnar_motor", "tibial_motor", "peroneal_motor"]);

// Where studies point to: only the nerves, only the cord and brain, both, or nowhere.
export function placeOf(rows) {
  const beyond = rows.filter((row) => row.assessed.some((item) => item.flag && item.flag !== "normal")).map((row) => row.study);
  const nerves = beyond.some((study) => NERVES.has(study));
  // a late answer of the brain counts for the cord only where the nerve itself is on time
  const cord = beyond.some((study) => !NERVES.has(study) && study !== "blink");
  return { place: nerves && cord ? "both" : nerves ? "nerves" : cord ? "cord" : "none", beyond: [...new Set(beyond)] };
}

export function patient(random = Math.random) {
  const choice = state.cases[Math.floor(random() * state.cases.length)];
  return { choice, plan: { case: choice.case, shift: choice.case.cause.kind === "none" ? 0 : null, month: choice.case.cause.kind === "none" ? 0 : MONTHS } };
}

// The three questions, one after the other, and what explains them.
export async function questions(place, { choice, plan }, words, signal) {
  const { person, cause } = choice.case;
  clear(place, h("p", { class: "hint" }, "Preparing the questions..."));
  const [course, studies] = await Promise.all([
    post("/api/course", { case: plan.case, shift: plan.shift }, { signal }),
    post("/api/studies", { ...plan, studies: [] }, { signal }),
  ]);
  const at = course.months.reduce((best, value, i) => (Math.abs(value - plan.month) < Math.abs(course.months[best] - plan.month) ? i : best), 0);
  const felt = state.about.symptoms.filter((one) => course.severity[one.id]?.[at] >= state.about.presence).map((one) => one.name.toLowerCase());
  const truth = placeOf(studies.rows);
  const listed = (list) => list.slice(0, 4).join("; ") || "no complaint";
  const complaints = { right: listed(felt), ears: "ringing in the ears; cramps of the legs at night", wrong: felt.length ? "no complaint" : "numbness; coordination, balance and gait" };
  const kind = HISTORY[cause.kind] ? cause.kind : "pernicious anaemia";
  const others = Object.keys(HISTORY).filter((name) => name !== kind);
  const start = choice.name.length % others.length;
  const histories = [kind, ...[0, 3].map((step) => others[(start + step) % others.length])].sort();
  const parts = [
    ["Where is the lesion?", Object.entries(PLACES), truth.place, () => `Beyond a limit: ${truth.beyond.map(words).join(", ") || "nothing"}. Studies of a limb show its nerves; SEP, MEP, VEP and BAEP pass the cord or the brain as well.`],
    ["Which complaints fit these recordings?", Object.entries(complaints).sort((a, b) => (a[1] < b[1] ? -1 : 1)), "right", () => "The complaints are those that the model computes from the same wires. Ringing and cramps have no evidence behind them."],
    ["Which history is compatible?", histories.map((name) => [name, HISTORY[name]]), kind, () => `${choice.case.title}. Nerve studies show where and how badly, seldom why: other causes of the same deficiency look alike here. Blood and history tell them apart.`],
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
