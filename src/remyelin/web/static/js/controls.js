// The person and the plans: what can be chosen.

import { clear, drawerButton, h, monthWords, number, select, slider } from "./dom.js";
import { change, edit, load, months, state, treated, value } from "./state.js";

const SCHEDULES = ["once", "daily", "weekly", "monthly", "every 2 d for 14 d, then every 60 d", "daily for 7 d, then weekly for 28 d, then monthly"];
const PARTIAL = ["ileal disease", "food-cobalamin malabsorption", "CD320 antibodies"];
const OWN = "own";

export function controls() {
  // on a narrow screen the controls are a drawer at its lower edge, so that the curves stay in sight
  const inside = h("div", { id: "controls" });
  const node = h("aside", { class: "side drawer", "aria-label": "The person and the plans" }, drawerButton("Change the person and the plans"), inside);
  const refresh = () => clear(inside, ...build(refresh));
  refresh();
  return { node, refresh };
}

function build(refresh) {
  const kase = state.case;
  const began = Math.round(-(months(kase.cause.began) ?? -48));
  const known = state.cases.map((item) => [item.name, item.case.title]);
  return [
    select({ label: "Case", id: "case", value: state.name, options: known, onchange: (name) => { load(name); } }),
    kase.summary && h("details", {}, h("summary", {}, "What is known"), h("p", { class: "caption" }, kase.summary),
      h("p", { class: "caption" }, state.cases.find((item) => item.name === state.name)?.citation || "")),
    h("fieldset", {}, h("legend", {}, "The person"),
      slider({ label: "Age", id: "age", min: 18, max: 95, value: value(kase.person.age), show: (v) => `${number(v)} years`, oninput: (v) => edit("person.age", `${v} y`) }),
      slider({ label: "Height", id: "height", min: 140, max: 205, value: value(kase.person.height || "168"), show: (v) => (state.case.person.height ? `${v} cm` : "not stated"), oninput: (v) => edit("person.height", `${v} cm`), hint: "Longer nerves, longer way: the taller, the more sheaths on it that can fail." }),
      select({ label: "Sex", id: "sex", value: kase.person.sex, options: [["female", "female"], ["male", "male"]], onchange: (v) => edit("person.sex", v) }),
      beside(kase),
      select({ label: "Cause", id: "cause", value: kase.cause.kind, options: state.about.causes.map((name) => [name, name]), onchange: (kind) => { cause(kind, began); refresh(); } }),
      kase.cause.kind !== "none" && slider({ label: "Time since absorption or intake failed", id: "began", min: 1, max: 240, value: began, exact: "months", show: (v) => monthWords(v).replace(" after diagnosis", ""), oninput: (v) => edit("cause.began", `-${v} mo`) }),
      kase.labs && Object.keys(kase.labs).some((key) => key !== "note") && h("p", { class: "hint" }, "Laboratory values of the case place this person on the curve. ",
        h("button", { type: "button", class: "plain", onclick: () => { edit("labs", null); refresh(); } }, "Forget them"))),
    h("fieldset", { class: "plan-a" }, h("legend", {}, "Plan A"), ...(treated()
      ? [slider({ label: "Treatment begins", id: "start-a", min: 0, max: 36, value: state.a, show: begins, exact: "months", oninput: (a) => change({ a }) }),
        ...regimen("a", kase.treatment[0].regimen, kase.treatment.length, (text) => edit("treatment", [{ regimen: text, start: "0 d" }]))]
      : [h("p", { class: "hint" }, "This case is not treated."), h("button", { type: "button", onclick: () => { edit("treatment", [{ regimen: "uk neurological", start: "0 d" }]); refresh(); } }, "Add a treatment")])),
    treated() && h("fieldset", { class: "plan-b" }, h("legend", {}, "Plan B"),
      slider({ label: "Treatment begins", id: "start-b", min: 0, max: 36, value: state.b, show: begins, exact: "months", oninput: (b) => change({ b }) }),
      ...regimen("b", state.regimenB, 0, (text) => change({ regimenB: text }))),
    h("p", { class: "hint" }, "The model recommends no dose. These are the schedules of published guidance, and any you write yourself."),
  ];
}

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

function cause(kind, began) {
  const next = kind === "none" ? { kind } : { kind, began: `-${began} mo` };
  if (kind === "nitrous oxide") Object.assign(next, { ended: "0 d", hours_per_day: "1.5 h", inspired_fraction: "50 %" });
  if (PARTIAL.includes(kind)) next.lost = "80 %";
  edit("cause", next);
}

function regimen(id, now, count, tell) {
  const names = state.about.regimens;
  const options = [...(id === "b" ? [["", "as plan A"]] : []), ...names.map((name) => [name, named(name)]), [OWN, "write your own"]];
  const known = now === "" || names.includes(now);
  const own = h("div", { class: "own", hidden: known });
  const text = h("input", { type: "text", id: `order-${id}`, value: known ? "" : now, "aria-label": `Order of plan ${id.toUpperCase()}`, maxlength: 300, onchange: () => text.value.trim() && tell(text.value.trim()) });
  const pick = (label, list, start) => {
    const box = select({ label, options: list.map((item) => [item, item]), value: start, onchange: write, id: `${label.toLowerCase()}-${id}` });
    return box;
  };
  const amount = h("input", { type: "number", id: `amount-${id}`, min: 0.001, max: 10, step: "any", value: 1, onchange: () => write() });
  const form = pick("Form", state.about.forms, state.about.forms[0]);
  const route = pick("Route", state.about.routes, "oral");
  const schedule = pick("Schedule", SCHEDULES, "daily");
  function write() {
    const of = (box) => box.querySelector("select").value;
    const order = `${of(form)} ${Number(amount.value) || 1} mg ${of(route)} ${of(schedule)}`;
    text.value = order;
    tell(order);
  }
  clear(own, form, h("div", { class: "field" }, h("label", { for: `amount-${id}` }, "Amount, mg"), amount), route, schedule,
    h("div", { class: "field" }, h("label", { for: `order-${id}` }, "Or as an order"), text));
  return [
    select({ label: "Regimen", id: `regimen-${id}`, value: known ? now : OWN, options, onchange: (name) => { own.hidden = name !== OWN; if (name === OWN) write(); else tell(name); },
      hint: count > 1 ? `The case has ${count} treatments in turn; choosing here replaces them.` : null }),
    own,
  ];
}

const NAMED = { "uk neurological": "UK, with neurological signs, 1 mg", uk: "UK, 1 mg", "us label 100 ug": "US label, 100 ug", "us practice 1 mg": "US practice, 1 mg", oral: "by mouth, 2 mg daily", japan: "Japan, injections, 0.5 mg", "japan oral": "Japan, by mouth, 1.5 mg daily", "b12 b6 folate": "B12, B6 and folate by mouth" };
const named = (name) => NAMED[name] || name;
