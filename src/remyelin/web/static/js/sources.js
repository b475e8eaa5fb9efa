// The ledger: every number, what it rests on, and why this value.

import { get } from "./api.js";
import { clear, h, number, roving, sentence } from "./dom.js";

export const MEANING = {
  measured: "read from a published measurement",
  derived: "arithmetic on published numbers",
  calibrated: "set so that published rows are met",
  assumed: "nobody has measured it: a plausible value with a range",
};
export const MARKS = { read: "read at the source", "read-2nd": "read in a secondary source", recall: "from memory, not checked at the source", calc: "arithmetic on other numbers", none: "no source" };
export const SHAPES = { measured: "●", derived: "◐", calibrated: "◒", assumed: "○" };
const LAYERS = {
  cobalamin: "B12 in the body and in the blood", myelin: "Myelin: damage, repair, lost axons", fibre: "One nerve fibre", nerve: "Nerves, tracts and normal values",
  clinic: "From nerves to complaints", case: "Persons: usual values where a case leaves them out", traits: "Differences between persons", record: "Recorded results: errors, noise, missing findings", check: "Published guidance",
};
// A long name breaks after its dots and underscores.
const key = (entry) => h("code", {}, entry.name.split(/(?<=[._])/).flatMap((part) => [part, h("wbr", {})]));
const named = (entry) => h("span", {}, entry.label, " ", h("span", { class: "muted small" }, key(entry)));
let ledger = null;
let open = () => {};

export async function show(main, chosen, signal) {
  ledger ??= await get("/api/evidence", { signal });
  const list = h("div", { class: "ledger" });
  const detail = h("section", { class: "entry", "aria-live": "polite", tabindex: -1, id: "entry" });
  const count = h("p", { class: "hint", role: "status" });
  const search = h("input", { type: "search", id: "search", placeholder: "word, name, author", "aria-label": "Search the ledger", oninput: () => fill() });
  const kinds = new Set(Object.keys(MEANING));
  const filters = Object.keys(MEANING).map((kind) => {
    const box = h("button", { type: "button", "aria-pressed": "true", class: "kind", id: `kind-${kind}`, title: MEANING[kind], onclick: () => {
      if (kinds.has(kind)) kinds.delete(kind); else kinds.add(kind);
      box.setAttribute("aria-pressed", String(kinds.has(kind)));
      fill();
    } }, `${SHAPES[kind]} ${kind}`);
    return box;
  });
  const values = (entry) => (entry.value === null ? "table" : [entry.value].flat().map((v) => number(v, 4)).join(", "));
  const cites = (entry) => entry.source.map((key) => ledger.references[key] || key);

  function fill() {
    const wanted = search.value.trim().toLowerCase();
    const found = ledger.entries.filter((entry) => kinds.has(entry.kind)
      && (!wanted || [entry.label, entry.name, entry.note, entry.unit, entry.locator, ...entry.source, ...cites(entry)].join(" ").toLowerCase().includes(wanted)));
    count.textContent = `${found.length} of ${ledger.entries.length} numbers; ${ledger.entries.filter((entry) => entry.kind === "assumed").length} of them are assumed.`;
    // one group for each layer of the model, opened by hand or by a search; in a group the arrow keys move
    const layers = [...new Set(ledger.entries.map((entry) => entry.layer))].map((layer) => [layer, found.filter((entry) => entry.layer === layer)]).filter(([, entries]) => entries.length);
    clear(list, layers.map(([layer, entries]) => {
      const body = h("div", { role: "list" });
      const group = h("details", { class: "layer", open: Boolean(wanted), "data-layer": layer, ontoggle: () => { if (group.open) lay(); } },
        h("summary", {}, h("h2", {}, LAYERS[layer] || sentence(layer)), h("span", { class: "muted" }, ` ${entries.length} number${entries.length === 1 ? "" : "s"}, ${entries.filter((entry) => entry.kind === "assumed").length} assumed`)), body);
      const lay = () => {
        if (body.childElementCount) return;
        clear(body, entries.map((entry) => h("div", { role: "listitem" }, line(entry, values(entry)))));
        roving(body, "a");
      };
      group.lay = lay;
      if (group.open) lay();
      return group;
    }), found.length ? null : h("p", { class: "hint" }, "No number of the ledger is like that."));
  }

  const line = (entry, told) => h("a", { href: `#sources/${entry.name}`, class: `row-entry ${entry.kind}` },
    h("span", { class: "shape", title: entry.kind, "aria-hidden": "true" }, SHAPES[entry.kind]),
    named(entry), h("span", { class: "num" }, `${told} ${entry.unit === "-" ? "" : entry.unit}`), h("span", { class: "muted" }, entry.kind));

  // What the eye should fall on first: the numbers that decide most and that nobody has measured.
  async function deciding(place) {
    const found = await get("/api/rests?what=disability");
    if (!place.isConnected) return;
    clear(place, h("h2", {}, "The numbers that decide most"),
      h("p", { class: "hint" }, "How many of the 16 points of disability each number can move when it is put to an end of its range. Numbers between nerves and symptoms are not compared."),
      found.most.map((entry) => h("a", { href: `#sources/${entry.name}`, class: `row-entry ${entry.kind}` }, h("span", { class: "shape", "aria-hidden": "true" }, SHAPES[entry.kind]), named(entry), h("span", { class: "num" }, `${number(entry.moves, 2)} points`), h("span", { class: "muted" }, entry.kind))));
  }

  open = (name) => {
    if (name.startsWith("?")) { search.value = decodeURIComponent(name.slice(1)); fill(); return; }
    const entry = ledger.entries.find((item) => item.name === name) || null;
    if (!entry) {
      search.value = name;
      fill();
      const most = h("div", {});
      clear(detail, h("p", { class: "hint" }, name ? `Entries under ${name} are listed.` : "Choose a number to see why it has this value. The signs:"),
        !name && h("ul", { class: "kinds" }, Object.entries(MEANING).map(([kind, text]) => h("li", {}, h("b", {}, `${SHAPES[kind]} ${kind}`), `: ${text}; ${ledger.entries.filter((item) => item.kind === kind).length} numbers.`))), most);
      if (!name) deciding(most).catch(() => clear(most));
      return;
    }
    const group = list.querySelector(`[data-layer="${entry.layer}"]`);
    if (group) { group.open = true; group.lay(); }
    for (const item of list.querySelectorAll("a")) {
      const here = item.hash === `#sources/${entry.name}`;
      if (here) { item.setAttribute("aria-current", "true"); list.scrollTop = item.offsetTop - list.clientHeight / 3; } else item.removeAttribute("aria-current");
    }
    const facts = [
      ["value", `${values(entry)} ${entry.unit === "-" ? "" : entry.unit}`],
      ["range", entry.range ? `${number(entry.range[0], 4)} to ${number(entry.range[1], 4)}` : ""],
      ["kind", h("span", { class: entry.kind === "assumed" ? "flag" : "" }, `${SHAPES[entry.kind]} ${entry.kind}: ${MEANING[entry.kind]}`)],
      ["seen", MARKS[entry.mark]], ["layer", entry.layer], ["whom it describes", entry.population], ["where in the source", entry.locator], ["note", entry.note],
    ].filter(([, text]) => text);
    clear(detail, h("h2", {}, entry.label, " ", h("span", { class: "muted small" }, key(entry))),
      h("dl", { class: "facts" }, facts.map(([key, text]) => [h("dt", {}, key), h("dd", {}, text)])),
      entry.source.length ? [h("h3", {}, "Source"), h("ul", {}, cites(entry).map((line) => h("li", {}, line)))] : h("p", { class: "caption" }, "No source: see its kind."),
      entry.alternatives ? [h("h3", {}, "Values that disagree"), h("ul", {}, Object.entries(entry.alternatives).map(([key, other]) => h("li", {}, h("b", {}, key), `: ${values(other)} ${other.unit} `, h("span", { class: "muted" }, [other.note, ...cites(other)].filter(Boolean).join(" - ")))))] : null,
      h("p", { class: "hint" }, "Effect of this number: ", h("code", {}, `remyelin run CASE --set ${entry.name}=VALUE`)));
    if (matchMedia("(max-width: 60rem)").matches) detail.scrollIntoView();
  };

  clear(main, h("h1", {}, "Sources"),
    h("p", { class: "caption do" }, "Every number the model rests on: search, or choose one to see why it has this value. Most rates between deficiency and damage have never been measured: they are marked assumed, carry a range, and are hollow here."),
    h("div", { class: "ledger-view" },
      h("section", { "aria-label": "Ledger" }, search, h("div", { class: "row" }, filters), count, list), detail));
  fill();
  open(decodeURIComponent(chosen));
}

export function move(chosen) {
  open(decodeURIComponent(chosen));
}
