// The source article, claim by claim: verdict, evidence, and a run of the model on request.

import { get, job } from "./api.js";
import { clear, h, micro, number, sentence, table } from "./dom.js";

const SIGNS = { supported: "✓", partly: "◐", "not supported": "–", wrong: "✗", "outside the model": "·" };

const MARKS = { read: "read at the source", "read-2nd": "read second hand", recall: "from memory, not checked" };

export async function show(main, rest, signal) {
  const all = await get("/api/claims", { signal });
  const controls = new Set();
  // on a telephone the verdicts are read first, the evidence of each is opened by hand
  const narrow = matchMedia("(max-width: 44rem)").matches;
  const counted = (claim) => `Evidence: ${(claim.supporting || []).length} for, ${(claim.against || []).length} against`;
  const evidence = (title, list, cited) => list && list.length ? [h("h3", {}, title), h("ul", {}, list.map((item) => h("li", {}, micro(item.text), " ", h("span", { class: "muted" }, "(", [item.source].flat().map((key, i) => [i ? ", " : "", h("a", { href: `#sources/?${key}` }, cited[key])]), `; ${MARKS[item.mark] || item.mark})`))))] : null;
  const card = (claim) => {
    const place = h("div", { "aria-live": "polite" });
    const go = h("button", { type: "button", onclick: async () => {
      go.disabled = true;
      const control = new AbortController();
      controls.add(control);
      try {
        const found = await job("/api/claim", { name: claim.name }, { signal: control.signal, progress: (step) => { place.textContent = `${sentence(step)}...`; } });
        clear(place, h("p", {}, found.meaning), h("p", { class: "caption" }, found.bearing, found.run ? ` ${micro(found.run.what)}` : ""), found.run && rows(found.run),
          h("details", {}, h("summary", {}, "Sources in full"), h("ul", {}, Object.values(found.sources).map((text) => h("li", { class: "source" }, text)))));
      } catch (error) { place.textContent = error.message; }
      go.disabled = false;
    } }, "Run the model on it");
    go.setAttribute("aria-label", `Run the model on claim ${claim.number}`);
    return h("section", { class: "claim", id: `claim-${claim.name}` },
      h("h2", {}, `${claim.number}. ${claim.says}`),
      h("p", {}, h("span", { class: `verdict ${claim.verdict.replaceAll(" ", "-")}` }, `${SIGNS[claim.verdict] || ""} ${sentence(claim.verdict)}. `), claim.sentence),
      h("details", { class: "evidence", open: !narrow }, h("summary", {}, counted(claim)), h("div", { class: "sides" }, [["For", claim.supporting], ["Against", claim.against]].map(([title, list]) => list && list.length ? h("div", {}, evidence(title, list, claim.cited)) : null))),
      claim.run ? go : h("p", { class: "hint" }, "The model cannot bear on this claim."), place);
  };
  const verdicts = Object.keys(SIGNS).map((verdict) => [verdict, all.filter((claim) => claim.verdict === verdict).length]).filter(([, count]) => count);
  clear(main, h("h1", {}, "Claims"),
    h("p", { class: "caption do" }, "The article is the lay text on the nervous system and vitamin B12 that this project began with; its title and author were not recorded. Each of its claims is judged by published evidence. Run the model on a claim to see what it computes beside it; the model is never itself the evidence."),
    h("p", { class: "story short" }, `Of ${all.length} claims ${verdicts.map(([verdict, count]) => `${count} ${count === 1 ? "is" : "are"} ${verdict === "partly" ? "partly supported" : verdict}`).join(", ")}.`),
    all.length ? all.map(card) : h("p", { class: "notice" }, "This installation has no claims."));
  return () => { for (const control of controls) control.abort(); };
}

const COLUMNS = [["what", "item"], ["value", "model"], ["unit", "unit"], ["published", "published"], ["holds", "agrees"], ["note", "note"]];

function rows(run) {
  const list = run.rows || [];
  if (!list.length) return null;
  const filled = COLUMNS.filter(([key]) => list.some((row) => row[key] !== null && row[key] !== undefined && row[key] !== ""));
  const text = (value) => (typeof value === "number" ? number(value, 4) : typeof value === "boolean" ? (value ? "yes" : "no") : String(value ?? ""));
  return table("Result of the model", filled.map(([, title]) => title), list.map((row) => filled.map(([key]) => (key === "note" ? { node: text(row[key]), text: true } : text(row[key])))));
}
