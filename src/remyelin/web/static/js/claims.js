// The source article, claim by claim: verdict, evidence, and a run of the model on request.

import { get, job } from "./api.js";
import { clear, h, number, sentence, table } from "./dom.js";

const SIGNS = { supported: "✓", partly: "◐", "not supported": "–", wrong: "✗", "outside the model": "·" };

export async function show(main) {
  const all = await get("/api/claims");
  const controls = new Set();
  const evidence = (title, list) => list && list.length ? [h("h3", {}, title), h("ul", {}, list.map((item) => h("li", {}, item.text, " ", h("span", { class: "muted" }, `(${[item.source].flat().join(", ")}; ${item.mark})`))))] : null;
  const card = (claim) => {
    const place = h("div", { "aria-live": "polite" });
    const go = h("button", { type: "button", onclick: async () => {
      go.disabled = true;
      const control = new AbortController();
      controls.add(control);
      try {
        const found = await job("/api/claim", { name: claim.name }, { signal: control.signal, progress: (step) => { place.textContent = `${sentence(step)}...`; } });
        clear(place, h("p", {}, found.meaning), h("p", { class: "caption" }, found.bearing), found.run && rows(found.run));
      } catch (error) { place.textContent = error.message; }
      go.disabled = false;
    } }, "Run the model on it");
    return h("section", { class: "claim", id: `claim-${claim.name}` },
      h("h2", {}, `${claim.number}. ${claim.says}`),
      h("p", { class: `verdict ${claim.verdict.replaceAll(" ", "-")}` }, `${SIGNS[claim.verdict] || ""} ${claim.verdict}`),
      evidence("For", claim.supporting), evidence("Against", claim.against), claim.run ? go : null, place);
  };
  clear(main, h("h1", {}, "Claims"),
    h("p", { class: "caption" }, "What a widely read article says of vitamin B12 and nerves, judged by published evidence; the model is run beside it and is never itself the evidence."),
    all.length ? all.map(card) : h("p", { class: "notice" }, "This installation has no claims."));
  return () => { for (const control of controls) control.abort(); };
}

function rows(run) {
  const list = run.rows || [];
  if (!list.length) return run.conditions ? h("p", { class: "caption" }, run.conditions) : null;
  const columns = Object.keys(list[0]);
  return table("What the model says", columns, list.map((row) => columns.map((key) => (typeof row[key] === "number" ? number(row[key], 4) : String(row[key] ?? "")))));
}
