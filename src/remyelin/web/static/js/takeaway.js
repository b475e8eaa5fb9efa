// Share, report, data, case file.

import { job, post } from "./api.js";
import { clear, download, h, monthWords } from "./dom.js";
import { shareLink, state, treated } from "./state.js";

export function takeaway() {
  const note = h("p", { class: "hint", role: "status" });
  const links = h("div", { class: "row", id: "report-links" });
  let control = null;
  const stop = h("button", { type: "button", hidden: true, onclick: () => control?.abort() }, "Stop");
  const make = h("button", { type: "button", id: "make-report", class: "main", onclick: async () => {
    control = new AbortController();
    const of = treated() ? `${state.case.title}, treated ${monthWords(state.a)}` : state.case.title;
    make.disabled = true;
    stop.hidden = false;
    try {
      const done = await job("/api/report", { case: state.case, shift: state.a }, { signal: control.signal, progress: (step) => { note.textContent = `${step}...`; } });
      note.textContent = `The report is ready (${of}); saved in the folder ${done.folder}.`;
      clear(links,
        h("a", { class: "button", href: `/api/reports/${done.id}/report.html`, target: "_blank", rel: "noopener" }, "Open the report"),
        ...[["report.html", "report"], ["course.nc", "data (netCDF)"], ["summary.json", "summary (JSON)"], ["case.toml", "case file"]]
          .map(([file, label]) => h("a", { class: "button", href: `/api/reports/${done.id}/${file}?download=1`, download: file, id: `get-${file.replace(".", "-")}` }, `Download ${label}`)));
    } catch (error) {
      note.textContent = error.name === "AbortError" ? "Stopped." : error.message;
    }
    make.disabled = false;
    stop.hidden = true;
  } }, "Compute the report of plan A");
  const share = h("button", { type: "button", id: "share", onclick: async () => {
    const link = shareLink();
    try {
      await navigator.clipboard.writeText(link);
      note.textContent = "The link is in the clipboard. The case travels in the part after #, which browsers do not send to servers.";
    } catch {
      clear(links, h("input", { type: "text", readonly: true, value: link, "aria-label": "Link to share", id: "share-link" }));
    }
  } }, "Copy a link to this case");
  const file = h("button", { type: "button", id: "save-case", onclick: async () => {
    try {
      const written = await post("/api/case-file", { case: state.case, shift: state.a });
      download(written.name, written.text, "text/plain");
    } catch (error) { note.textContent = error.message; }
  } }, "Save the case file of plan A");
  return h("div", {}, h("div", { class: "row" }, make, stop, share, file), note, links,
    h("p", { class: "hint" }, "The report holds the same course with studies, recordings, sources and every assumption; it prints in good order."));
}
