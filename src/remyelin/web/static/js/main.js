// The frame: which view is shown, its title, where the focus goes.

import { clear, h } from "./dom.js";
import { begin, listen, packed, remember, state, unpack, view } from "./state.js";
import { get } from "./api.js";
import { Stage } from "./stage.js";
import { say } from "./status.js";

const VIEWS = [
  ["story", "Five steps"],
  ["course", "Course"],
  ["results", "My results"],
  ["body", "Body"],
  ["wire", "Wire"],
  ["lab", "Lab"],
  ["experiments", "Experiments"],
  ["check", "Check"],
  ["claims", "Claims"],
  ["sources", "Sources"],
];
let main = document.getElementById("main");
const nav = document.getElementById("nav");
let shown = null;
let open = null;
let broken = "";

for (const [name, title] of VIEWS) nav.append(h("a", { href: `#${name}`, id: `nav-${name}` }, title));

// By hand: scrollIntoView would begin the order of the keyboard at the item, past the link that skips to the content.
function reveal(item) {
  const [frame, box] = [nav, item].map((node) => node.getBoundingClientRect());
  nav.scrollLeft += Math.min(0, box.left - frame.left) + Math.max(0, box.right - frame.right);
}

const stage = new Stage((state, error) => {
  main.dataset.state = state;
  if (state === "failed") clear(main, h("h1", {}, "This view could not be opened"), h("p", { class: "notice", role: "alert" }, error.message), h("button", { type: "button", onclick: () => { shown = null; show(); } }, "Try again"));
});

async function show(focus = true) {
  const { name, rest, link } = view();
  const known = VIEWS.find(([key]) => key === name) || VIEWS.find(([key]) => key === "course");
  // a link may also be pasted into a page that is already open
  if (link && link !== packed()) {
    if (unpack(link)) { shown = null; say("link", ""); }
    else if (link !== broken) { broken = link; say("link", `The link is damaged: its case cannot be read. Shown instead: ${state.case.title}.`, { closes: true }); }
  }
  for (const item of nav.children) {
    if (item.id === `nav-${known[0]}`) item.setAttribute("aria-current", "page");
    else item.removeAttribute("aria-current");
  }
  reveal(nav.querySelector("[aria-current]"));
  document.title = `${known[1]} - remyelin`;
  if (shown === known[0] && open?.move) return open.move(rest);
  shown = known[0];
  open = null;
  stage.leave();
  // every view draws into an element of its own: an answer that comes after it was left draws into one that is gone
  const next = h("main", { id: "main", tabindex: -1 });
  main.replaceWith(next);
  main = next;
  const became = await stage.enter(async (signal) => {
    const module = await import(`./${known[0]}.js`);
    if (signal.aborted) return null;
    const stop = await module.show(next, rest, signal);
    if (!signal.aborted) open = module;
    return stop;
  });
  if (became === "left") return null;
  if (focus) { main.focus({ preventScroll: true }); scrollTo(0, 0); }
  main.dataset.view = known[0];
  remember();
  return null;
}

async function warm() {
  try {
    while (!state.about.warm) {
      say("server", `The server is ${state.about.warming || "starting"}. The first start takes about half a minute; figures appear as soon as it is done.`);
      await new Promise((done) => setTimeout(done, 700));
      Object.assign(state.about, await get("/api/state"));
    }
    say("server", "");
  } catch {
    say("server", "The server does not answer. Start `remyelin serve` again, then load this page again.");
  }
}

document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});

// For a lecture: larger, without the controls; Escape ends it.
const present = document.getElementById("present");
const presenting = (on) => {
  document.documentElement.classList.toggle("presenting", on);
  present.setAttribute("aria-pressed", String(on));
  dispatchEvent(new Event("resize"));
};
present.addEventListener("click", () => presenting(!document.documentElement.classList.contains("presenting")));
addEventListener("keydown", (event) => { if (event.key === "Escape" && document.documentElement.classList.contains("presenting")) presenting(false); });

try {
  await begin();
  addEventListener("hashchange", () => show());
  // another case was chosen by hand: what the link held is no longer missed
  listen((what) => { if (what === "all") say("link", ""); });
  warm();
  await show(false);
} catch (error) {
  clear(main, h("p", { class: "notice" }, `The page could not be started: ${error.message}`));
}
