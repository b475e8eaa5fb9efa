// What a number rests on: a mark beside it opens the ledger entries it is computed from.

import { get } from "./api.js";
import { clear, h, number } from "./dom.js";

const known = new Map();
let panel = null;
// The words of the view Sources, fetched when the first panel opens.
let signs = null;

// A button beside a number; `what` is a read-out the server knows, as "symptom.gait" or "study.sural".
export function mark(what, words) {
  return h("button", { type: "button", class: "rests", "data-rests": what, "aria-haspopup": "dialog", title: `Basis of ${words}`, "aria-label": `Basis of ${words}`,
    onclick: (event) => { event.stopPropagation(); open(what); } }, "\u00a7");
}

// A number that opens the same panel itself; one of a study, by its place and quantity, with its own norm first.
export const rooted = (what, text, words, number = null) => h("button", { type: "button", class: "rooted", "data-rests": what, "aria-haspopup": "dialog", "aria-label": `${text}: what ${words} rests on`, onclick: () => open(what, number) }, text);

// A view that is drawn anew between press and release has another button in the same place: the press means that one.
let pressed = null;
const under = (event) => event.target.closest?.("[data-rests]");
addEventListener("pointerdown", (event) => { pressed = under(event); }, true);
addEventListener("pointerup", (event) => {
  const now = under(event);
  if (pressed && !pressed.isConnected && now?.dataset.rests === pressed.dataset.rests) now.click();
  pressed = null;
}, true);

function build() {
  const body = h("div", { class: "rests-body", tabindex: 0 });
  const close = h("button", { type: "button", class: "plain", id: "rests-close", onclick: () => panel.close() }, "Close");
  panel = h("dialog", { id: "rests", "aria-labelledby": "rests-title" }, h("div", { class: "rests-head" }, h("h2", { id: "rests-title" }, ""), close), body);
  panel.body = body;
  panel.addEventListener("click", (event) => { if (event.target === panel) panel.close(); });
  addEventListener("hashchange", () => panel.close());
  document.body.append(panel);
}

export async function open(what, number = null) {
  if (!panel) build();
  const title = document.getElementById("rests-title");
  title.textContent = "Basis of this number";
  clear(panel.body, h("p", { class: "hint" }, "..."));
  if (!panel.open) panel.showModal();
  try {
    const query = String(new URLSearchParams({ what, ...number }));
    if (!known.has(query)) known.set(query, await get(`/api/rests?${query}`));
    const found = known.get(query);
    signs ??= await import("./sources.js");
    panel.dataset.what = what;
    title.textContent = `What ${found.title} rests on`;
    clear(panel.body, ...told(found));
    panel.body.scrollTop = 0;
  } catch (error) { clear(panel.body, h("p", { class: "notice", role: "alert" }, error.message)); }
}

function told(found) {
  const assumed = found.entries.filter((entry) => entry.kind === "assumed").length;
  const below = Object.entries(found.below);
  return [
    h("p", {}, `${found.entries.length} numbers of the ledger are read for it; `, h("b", {}, `${assumed} of them are assumed`), ": nobody has measured them, so they carry a range."),
    ...found.entries.map((entry, i) => described(entry, found.references, i === 0)),
    below.length ? h("h3", {}, "And on the layers below") : "",
    below.length ? h("p", { class: "caption" }, `Assumed numbers there: ${below.map(([layer, count]) => `${layer} ${count}`).join(", ")}. Those that move disability most when put to an end of their range:`) : "",
    ...found.most.map((entry) => described(entry, found.references, false)),
  ];
}

const values = (entry) => (entry.value === null ? "table" : [entry.value].flat().map((v) => number(v, 4)).join(", "));
const unit = (entry) => (entry.unit === "-" ? "" : ` ${entry.unit}`);

function described(entry, references, shown) {
  const facts = [
    ["value", `${values(entry)}${unit(entry)}`],
    ["range", entry.range ? `${number(entry.range[0], 4)} to ${number(entry.range[1], 4)}${unit(entry)}` : "none stated"],
    ["kind", h("span", { class: entry.kind === "assumed" ? "flag" : "" }, `${signs.SHAPES[entry.kind]} ${entry.kind}: ${signs.MEANING[entry.kind]}`)],
    ["seen", signs.MARKS[entry.mark]],
    ["source", entry.source.length ? entry.source.map((key) => h("div", {}, references[key] || key)) : "none: see its kind"],
    ["where", entry.locator], ["whom", entry.population], ["note", entry.note],
    ["feeds", entry.feeds.length ? entry.feeds.join("; ") : ""],
    ["moves", entry.moves ? `disability by up to ${number(entry.moves)} of 16 points, put to an end of its range` : ""],
  ].filter(([, text]) => text);
  return h("details", { class: `rests-entry ${entry.kind}`, open: shown },
    h("summary", {}, h("span", { class: "shape", "aria-hidden": "true" }, signs.SHAPES[entry.kind]), " ", entry.label, " ", h("code", { class: "muted small" }, entry.name), ` ${values(entry)}${unit(entry)} `, h("span", { class: entry.kind === "assumed" ? "flag" : "muted" }, entry.kind)),
    h("dl", { class: "facts" }, facts.map(([key, text]) => [h("dt", {}, key), h("dd", {}, text)])),
    h("p", { class: "hint" }, h("a", { href: `#sources/${entry.name}` }, "Open in Sources"), ", with the values that disagree."));
}
