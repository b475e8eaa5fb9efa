// What is known of a person, read as a file; what guidance says of it, where the check is installed.

import { post } from "./api.js";
import { clear, h } from "./dom.js";
import { change, state } from "./state.js";

// A case as TOML: enough for the plain data a case is made of.
export function toml(data) {
  const text = (value) => (Array.isArray(value) ? `[${value.map(text).join(", ")}]` : JSON.stringify(value));
  const lines = (table) => Object.entries(table).filter(([, value]) => value === null || typeof value !== "object" || (Array.isArray(value) && typeof value[0] !== "object")).map(([key, value]) => `${key} = ${text(value)}`);
  const parts = [lines(data).join("\n")];
  for (const [key, value] of Object.entries(data)) {
    if (Array.isArray(value) && typeof value[0] === "object") for (const item of value) parts.push(`[[${key}]]\n${lines(item).join("\n")}`);
    else if (value && typeof value === "object" && !Array.isArray(value)) parts.push(`[${key}]\n${lines(value).join("\n")}`);
  }
  return `${parts.join("\n\n")}\n`;
}

export async function show(main) {
  const area = h("textarea", { id: "known", rows: 26, spellcheck: "false", "aria-label": "Case file" });
  area.value = toml(state.case);
  const place = h("div", { id: "answer", "aria-live": "polite" });
  const ask = async (path, then) => {
    try { then(await post(path, { text: area.value }, { remember: false })); }
    catch (error) { clear(place, h("p", { class: "notice", role: "alert" }, error.message)); }
  };
  const file = h("input", { type: "file", accept: ".toml,.json", "aria-label": "Open a file", onchange: async () => { if (file.files[0]) area.value = await file.files[0].text(); } });
  const lines = (found) => {
    const headings = [...new Set(found.lines.map((line) => line.heading))];
    clear(place, h("p", { class: "notice" }, found.notice), found.entered.length ? h("p", { class: "caption" }, `Understood: ${found.entered.join("; ")}.`) : null,
      headings.map((heading) => [h("h2", {}, heading), h("ul", {}, found.lines.filter((line) => line.heading === heading).map((line) => h("li", {}, line.text, line.clinical ? h("span", { class: "muted" }, ` ${line.clinical}`) : null,
        h("span", { class: "muted small" }, ` [${line.source.map((key) => found.sources[key] || key).join("; ")}; ${found.marks[line.mark] || line.mark}]`))))]));
  };
  clear(main, h("h1", {}, "Check"),
    h("p", { class: "caption" }, state.about.rooms.check
      ? "What published guidance says of symptoms, risks and values: no diagnosis, no dose. Nothing leaves this machine."
      : "Read a case file as the command line would, mend it, and look at it in the course. Nothing leaves this machine."),
    h("div", { class: "two-columns" },
      h("section", { "aria-label": "What is known" }, h("div", { class: "row" }, file), area,
        h("div", { class: "row" },
          state.about.rooms.check ? h("button", { type: "button", class: "main", id: "ask", onclick: () => ask("/api/check", lines) }, "What does guidance say?") : null,
          h("button", { type: "button", id: "read", onclick: () => ask("/api/read", (kase) => {
            change({ case: kase, name: kase.name }, "all");
            clear(place, h("p", {}, `The file is a valid case: ${kase.title}.`), h("a", { class: "button", href: "#course" }, "See its course"));
          }) }, "Read as a case"))),
      h("section", { "aria-label": "Answer" }, place)));
  clear(place, h("p", { class: "hint" }, "The answer appears here. On the left stands the case that is open in the course."));
}
