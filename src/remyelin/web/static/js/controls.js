// The person and the plans: what can be chosen.

import { clear, drawerButton, h, micro, monthWords, number, select, slider, words } from "./dom.js";
import { change, edit, load, months, state, treated, value } from "./state.js";

const OWN = "own";

export function controls() {
  // on a narrow screen the controls are a drawer at its lower edge, so that the curves stay in sight
  const inside = h("div", { id: "controls" });
  const node = h("aside", { class: "side drawer", "aria-label": "The person and the plans" }, drawerButton("Change the person and the plans"), inside);
  const refresh = () => clear(inside, ...build(refresh));
  refresh();
  // of a case that does not state since when, the slider stands at the computed value
  return { node, refresh, since: (months) => { since = months; inside.querySelector("#began")?.closest(".field").set(months); } };
}

let since = null;
function build(refresh) {
  since = null;
  const kase = state.case;
  const began = Math.round(-(months(kase.cause.began) ?? -48));
  const known = state.cases.map((item) => [item.name, item.case.title]);
  const shipped = (name) => known.some(([one]) => one === name);
  for (const item of [state.opened, state]) if (item && !shipped(item.name)) known.unshift([item.name, item.case.title]);
  return [
    select({ label: "Case", id: "case", value: state.name, options: known, onchange: (name) => { load(name); } }),
    kase.summary && h("details", { open: kase.name === "check" }, h("summary", {}, "Summary"), h("p", { class: "caption" }, kase.summary),
      reported(kase), h("p", { class: "caption" }, state.cases.find((item) => item.name === state.name)?.citation || "")),
    h("fieldset", {}, h("legend", {}, "The person"),
      slider({ label: "Age", id: "age", min: 18, max: 95, value: value(kase.person.age), show: (v) => `${number(v)} years`, oninput: (v) => edit("person.age", `${v} y`) }),
      slider({ label: "Height", id: "height", min: 140, max: 205, value: value(kase.person.height || "168"), show: (v) => (state.case.person.height ? `${v} cm` : "not stated"), oninput: (v) => edit("person.height", `${v} cm`), hint: "Longer nerves, longer way: the taller, the more sheaths on it that can fail." }),
      select({ label: "Sex", id: "sex", value: kase.person.sex, options: [["female", "female"], ["male", "male"]], onchange: (v) => edit("person.sex", v) }),
      beside(kase),
      select({ label: "Cause", id: "cause", value: kase.cause.kind, options: state.about.causes.map((name) => [name, name]), onchange: (kind) => { cause(kind, since ?? began); refresh(); } }),
      kase.cause.kind !== "none" && slider({ label: "Time since absorption or intake failed", id: "began", min: 1, max: 240, value: began, exact: "months", show: (v) => (state.case.cause.began ? lasting(v) : since ? `computed: ${lasting(v)}` : "not stated"), oninput: (v) => edit("cause.began", `-${v} mo`) }),
      values(kase).length > 0 && h("p", { class: "hint", id: "case-labs" }, `Laboratory values place this person on the curve: ${values(kase).map(([name, text]) => `${words(name)} ${micro(text)}`).join(", ")}. `,
        h("button", { type: "button", class: "plain", onclick: () => { edit("labs", null); refresh(); } }, "Forget them"))),
    h("fieldset", { class: "plan-a" }, h("legend", {}, "Plan A"), ...(treated()
      ? [slider({ label: "Treatment begins", id: "start-a", min: 0, max: 36, value: state.a, show: begins, exact: "months", oninput: (a) => change({ a }) }),
        ...regimen("a", kase.treatment[0].regimen, kase.treatment.length, (text) => edit("treatment", [{ regimen: text, start: "0 d" }]))]
      : [h("p", { class: "hint" }, "This case is not treated."), h("button", { type: "button", onclick: () => { edit("treatment", [{ regimen: Object.keys(state.about.orders)[0], start: "0 d" }]); refresh(); } }, "Add a treatment")])),
    treated() && h("fieldset", { class: "plan-b" }, h("legend", {}, "Plan B"),
      slider({ label: "Treatment begins", id: "start-b", min: 0, max: 36, value: state.b, show: begins, exact: "months", oninput: (b) => change({ b }) }),
      ...regimen("b", state.regimenB, 0, (text) => change({ regimenB: text }))),
    h("p", { class: "hint" }, "The model recommends no dose. These are the schedules of published guidance, and any you write yourself."),
  ];
}

const values = (kase) => Object.entries(kase.labs || {}).filter(([name, text]) => name !== "note" && typeof text === "string");

// Symptoms and signs of the case with their durations.
function reported(kase) {
  const named = ({ name, began }) => `${(state.about.symptoms.find((one) => one.id === name)?.name || name).toLowerCase()}${began ? ` for ${lasting(-months(began))}` : ""}`;
  const list = [...(kase.symptom || []), ...(kase.sign || [])];
  return list.length > 0 && h("p", { class: "caption", id: "case-reported" }, `Reported: ${list.map(named).join("; ")}.`);
}

const lasting = (count) => monthWords(count).replace(" after diagnosis", "");
const begins = (month) => (month === 0 ? "today" : `in ${month} month${month === 1 ? "" : "s"}`);

function beside(kase) {
  const chosen = kase.coexisting || [];
  const boxes = state.about.diseases.map((name) => h("label", { class: "tick" },
    h("input", { type: "checkbox", id: `beside-${name.replaceAll(" ", "-")}`, checked: chosen.includes(name), onchange: tell }), name));
  function tell() {
    edit("coexisting", state.about.diseases.filter((_, place) => boxes[place].querySelector("input").checked));
  }
  return h("details", { class: "beside", open: chosen.length > 0 }, h("summary", {}, "Another disease of nerve or cord"),
    h("p", { class: "hint" }, "Stands beside the deficiency and is not treated with it. Its pattern has a source, its size is assumed."), ...boxes);
}

// What a case need not state of a cause is filled in from the ledger, with its range.
function cause(kind, began) {
  const next = kind === "none" ? { kind } : { kind, began: `-${began} mo` };
  if (kind === "nitrous oxide") next.ended = "0 d";
  edit("cause", next);
}

// The parts of an order that gives one form by one route throughout: "FORM AMOUNT UNIT ROUTE SCHEDULE".
export function partsOf(order) {
  const [first, ...rest] = order.split(", then ");
  const match = /^(\S+) ([\d.]+) (mg|ug) (\S+) (.+)$/.exec(first);
  if (!match) return null;
  const [, form, amount, unit, route, schedule] = match;
  const same = `${form} ${amount} ${unit} ${route} `;
  if (!rest.every((phase) => phase.startsWith(same))) return null;
  return { form, mg: unit === "mg" ? Number(amount) : Number(amount) / 1000, route, schedule: [schedule, ...rest.map((phase) => phase.slice(same.length))].join(", then ") };
}

// An order in whole words.
const UNITS = { d: "day", h: "hour", mo: "month", wk: "week" };
export const spelt = (order) => order.replace(/([\d.]+) (d|h|mo|wk)\b/g, (_, count, unit) => (count === "1" ? UNITS[unit] : `${count} ${UNITS[unit]}s`)).replace(/\b(im|oral)\b( ?)/g, (_, route, more) => `${route === "im" ? "intramuscular" : "by mouth"}${more && ", "}`).replace(/\bug\b/g, "\u00b5g");

function regimen(id, now, count, tell) {
  const orders = state.about.orders;
  const names = Object.keys(orders);
  const options = [...(id === "b" ? [["", "as plan A"]] : []), ...names.map((name) => [name, state.about.schedules[name]]), [OWN, "write your own"]];
  const known = now === "" || names.includes(now);
  const own = h("div", { class: "own", hidden: known });
  // what the plan follows: a name, an order, or nothing: then the order of plan A, whatever that is by now
  let chosen = now;
  const followed = () => { const name = chosen || state.case.treatment[0].regimen; return orders[name] || name; };
  const start = partsOf(followed()) || partsOf(orders[names[0]]);
  const text = h("input", { type: "text", id: `order-${id}`, value: known ? "" : now, "aria-label": `Order of plan ${id.toUpperCase()}`, maxlength: 300, onchange: () => { if (text.value.trim()) follow(text.value.trim()); } });
  const follow = (order) => { chosen = order; tell(order); };
  const pick = (label, list, value) => select({ label, options: list.map((item) => [item, spelt(item)]), value, onchange: write, id: `${label.toLowerCase()}-${id}` });
  const amount = h("input", { type: "number", id: `amount-${id}`, min: 0, step: "any", value: start.mg, onchange: () => write() });
  const form = pick("Form", state.about.forms, start.form);
  const route = pick("Route", state.about.routes, start.route);
  const schedules = names.map((name) => partsOf(orders[name])?.schedule).filter(Boolean);
  const schedule = pick("Schedule", [...new Set([...state.about.intervals, ...schedules, start.schedule])], start.schedule);
  function write() {
    const of = (box) => box.querySelector("select").value;
    const order = `${of(form)} ${Number(amount.value) || start.mg} mg ${of(route)} ${of(schedule)}`;
    text.value = order;
    follow(order);
  }
  // one's own order begins as the one it takes the place of
  function begin() {
    const parts = partsOf(followed());
    text.value = followed();
    if (!parts) { follow(followed()); return; }
    amount.value = parts.mg;
    for (const [field, value] of [[form, parts.form], [route, parts.route], [schedule, parts.schedule]]) {
      const box = field.querySelector("select");
      if (![...box.options].some((option) => option.value === value)) box.append(h("option", { value }, spelt(value)));
      box.value = value;
    }
    write();
  }
  clear(own, form, h("div", { class: "field" }, h("label", { for: `amount-${id}` }, "Amount, mg"), amount), route, schedule,
    h("div", { class: "field" }, h("label", { for: `order-${id}` }, "Or as an order"), text));
  const whole = h("p", { class: "hint" });
  const detail = h("details", {}, h("summary", {}, "Doses of this schedule"), whole);
  const tellWhole = (name) => { whole.textContent = spelt(orders[name] || ""); detail.hidden = !orders[name]; };
  tellWhole(now);
  const choose = (name) => {
    own.hidden = name !== OWN;
    tellWhole(name);
    if (name === OWN) begin(); else { chosen = name; tell(name); }
  };
  return [
    select({ label: "Regimen", id: `regimen-${id}`, value: known ? now : OWN, options, onchange: choose,
      hint: count > 1 ? `The case has ${count} treatments in turn; choosing here replaces them.` : null }),
    detail, own,
  ];
}
