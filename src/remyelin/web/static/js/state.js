// What is shown: a case, two plans, a date. All of it fits into the address after the #, which never leaves the browser.

import { get } from "./api.js";

export const DAYS = { d: 1, h: 1 / 24, wk: 7, mo: 365.25 / 12, y: 365.25, min: 1 / 1440 };

export const FIRST = "pernicious-anaemia";

// `opened`: the last case that is none of the shipped ones, so that it can be returned to.
export const state = { about: null, cases: [], opened: null, case: null, a: 0, b: 12, regimenB: "", month: 0, name: FIRST, hidden: null };

const listeners = new Set();
export function listen(call) {
  listeners.add(call);
  return () => listeners.delete(call);
}

export function change(changes, what = "case") {
  Object.assign(state, changes);
  for (const call of [...listeners]) call(what);
  remember();
}

export async function begin() {
  [state.about, state.cases] = await Promise.all([get("/api/state"), get("/api/cases")]);
  load(FIRST, false);
  untouched = packed();
}

export function load(name, tell = true) {
  const found = state.cases.find((item) => item.name === name) || (state.opened?.name === name ? state.opened : state.cases[0]);
  const next = { name: found.name, case: structuredClone(found.case), a: 0, b: 12, regimenB: "", month: 0 };
  if (tell) change(next, "all");
  else Object.assign(state, next);
}

// Opens a case that is none of the shipped ones.
export function openCase(kase) {
  state.opened = { name: kase.name, case: structuredClone(kase) };
  change({ case: kase, name: kase.name, a: 0, b: 12, regimenB: "", month: 0 }, "all");
}

// --- quantities are written with their units, as in a case file --------------------------------------

export function days(text) {
  const match = /^\s*([-+]?[\d.]+(?:e[-+]?\d+)?)\s*([a-z]+)\s*$/i.exec(text || "");
  return match && DAYS[match[2]] ? Number(match[1]) * DAYS[match[2]] : null;
}

export const months = (text) => {
  const found = days(text);
  return found === null ? null : found / DAYS.mo;
};

export const value = (text) => Number.parseFloat(text);

export function edit(path, text) {
  const next = structuredClone(state.case);
  let at = next;
  const keys = path.split(".");
  for (const key of keys.slice(0, -1)) at = at[key] ??= {};
  if (text === null) delete at[keys.at(-1)];
  else at[keys.at(-1)] = text;
  change({ case: next });
}

// --- the plans ------------------------------------------------------------------------------------

export const treated = () => Boolean(state.case.treatment && state.case.treatment.length);

export function withRegimen(kase, regimen) {
  if (!regimen) return kase;
  return { ...kase, treatment: [{ regimen, start: "0 d" }] };
}

// What "untreated" means: the cause, or the exposure to nitrous oxide, continues.
export function untreated() {
  const { kind, ended } = state.case.cause;
  if (kind === "none") return "untreated";
  if (kind !== "nitrous oxide") return "untreated, the cause goes on";
  return ended !== undefined && ended !== null && days(ended) < 0 ? "untreated, the exposure is over" : "untreated, the exposure continues";
}

export const label = (id) => ({ a: "plan A", b: "plan B", none: untreated() })[id];

// Whether the server is asked, once for each case, if its course may be shown as a forecast: where findings are reported,
// and of a child, of whom the model knows nothing.
export const inQuestion = () => Boolean(state.case.symptom?.length || state.case.sign?.length) || months(state.case.person.age) <= 12 * state.about.adults_over;

export function plans() {
  const list = [{ id: "a", case: state.case, shift: state.a }];
  if (treated()) {
    list.push({ id: "b", case: withRegimen(state.case, state.regimenB), shift: state.b });
    list.push({ id: "none", case: state.case, shift: null });
  }
  return list;
}

export function horizon() {
  return months(state.case.plan?.horizon || "36 mo");
}

// --- the share link ---------------------------------------------------------------------------------

export function packed() {
  const { case: kase, a, b, regimenB, month, name } = state;
  const text = JSON.stringify({ case: kase, a, b, regimenB, month, name });
  const bytes = new TextEncoder().encode(text);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export function unpack(text) {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const found = JSON.parse(new TextDecoder().decode(bytes));
    // what a case must have for its controls to be drawn; the rest is for the server to judge
    if (![found.case, found.case?.person, found.case?.cause].every((part) => part && typeof part === "object")) return false;
    Object.assign(state, {
      case: found.case,
      a: Number(found.a) || 0,
      b: Number.isFinite(found.b) ? found.b : 12,
      regimenB: typeof found.regimenB === "string" ? found.regimenB : "",
      month: Number(found.month) || 0,
      name: typeof found.name === "string" ? found.name : "",
    });
    return true;
  } catch {
    return false;
  }
}

export function view() {
  const [path, query] = location.hash.slice(1).split("?");
  const [name, ...rest] = path.split("/");
  const link = new URLSearchParams(query || "").get("c");
  return { name: name || "course", rest: rest.join("/"), link };
}

// The address of what is shown: the view, what is open in it, and the case once it is no longer the first one.
function address() {
  const { name, rest } = view();
  return `#${name}${rest ? `/${rest}` : ""}?c=${packed()}`;
}

let timer;
let untouched = "";
export function remember() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    // answers of a check are of a person and are not written into the history of the browser
    if (!state.hidden && state.case.name !== "check" && packed() !== untouched) history.replaceState(null, "", address());
  }, 300);
}

export function shareLink() {
  return `${location.origin}${location.pathname}${address()}`;
}
