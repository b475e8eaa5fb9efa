// One fibre three times: an impulse travels from node to node, computed by the full engine at every change.

import { mark } from "./rests.js";
import { Latest, post } from "./api.js";
import { legend } from "./chart.js";
import { explained } from "./glossary.js";
import { clear, drawerButton, h, number, percent, s, sentence, slider } from "./dom.js";

const ROWS = [["healthy", "Healthy"], ["diseased", "Damaged"], ["remyelinated", "Remyelinated"]];
const TICK = 33;
const [WIDTH, TALL, LEFT] = [1000, 150, 14];

export async function show(main) {
  const asked = { diameter: 10, temperature: 37, internodes: 4, lamellae: 0.05, paranode: 1, channels: 0, thickness: 0.4, length: 0.35 };
  let data = null;
  let frame = 0;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let playing = !still;
  let speed = 1;
  const problem = h("p", { class: "notice", role: "alert", hidden: true });
  const note = h("p", { class: "story", "aria-live": "polite" });
  const rows = Object.fromEntries(ROWS.map(([name, title]) => [name, row(name, title)]));
  const time = slider({ label: "Time", id: "time", min: 0, max: 119, value: 0, show: () => (data ? `${data.frames[frame].toFixed(2)} ms` : ""), oninput: (now) => { playing = false; button(); frame = now; paint(); } });
  const play = h("button", { type: "button", id: "play", class: "main", onclick: () => { playing = !playing; button(); } });
  const slowed = h("span", {});
  const slow = () => { if (data) slowed.textContent = `Slow motion: ${number(data.frames.at(-1), 2)} ms last ${number((data.frames.length * TICK) / speed / 1000, 2)} s here, ${number((data.frames.length * TICK) / speed / data.frames.at(-1), 2)} times slower.${still ? " It waits for Play, because this device asks for less motion." : ""}`; };
  const button = () => { play.textContent = playing ? "Pause" : "Play"; };
  button();

  const queue = new Latest(async (signal) => {
    try {
      data = await post("/api/wire", asked, { signal });
      problem.hidden = true;
      frame = playing ? 0 : Math.floor(data.frames.length * 0.4);
      for (const [name] of ROWS) rows[name].build(data);
      say();
      slow();
      paint();
      main.dataset.computed = String(Number(main.dataset.computed || 0) + 1);
    } catch (error) {
      if (error.name === "AbortError") return;
      problem.textContent = sentence(error.message);
      problem.hidden = false;
    }
  });
  const set = (key) => (value) => { asked[key] = value; queue.ask(); };
  const percentish = (v) => percent(v / 100);
  const shares = [0, 0.008, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
  const warm = slider({ label: "Temperature", id: "temperature", min: 28, max: 42, step: 0.5, value: asked.temperature, show: (v) => `${v} \u00b0C`, oninput: set("temperature") });

  function say() {
    const { healthy, diseased, remyelinated } = data.fibres;
    const late = (item) => (item.arrives ? `arrives after ${item.time.toFixed(2)} ms${item === healthy ? "" : ` (${item.time > healthy.time ? "+" : ""}${(item.time - healthy.time).toFixed(2)} ms)`}` : "does not arrive: blocked");
    note.textContent = `Over ${number(data.length)} mm the healthy impulse ${late(healthy)}. With ${asked.internodes} internode${asked.internodes > 1 ? "s" : ""} as set it ${late(diseased)}. With new sheaths, thin and short, it ${late(remyelinated)}.`;
    for (const [name] of ROWS) rows[name].verdict(data.fibres[name], data.fibres.healthy);
    challenge();
  }

  // Blocking needs bare or nearly bare internodes; how few is for the visitor to find.
  let best = Infinity;
  const task = h("p", { id: "challenge", "aria-live": "polite" }, "Challenge: block the impulse with the fewest internodes.");
  function challenge() {
    const { healthy, diseased } = data.fibres;
    if (!healthy.arrives) return;
    if (diseased.arrives) {
      task.textContent = `Challenge: block the impulse with the fewest internodes.${Number.isFinite(best) ? ` Your best: ${best}.` : ""} With ${asked.internodes} as set it still arrives.`;
      return;
    }
    const better = asked.internodes < best;
    best = Math.min(best, asked.internodes);
    task.textContent = `Blocked with ${asked.internodes} internode${asked.internodes > 1 ? "s" : ""}${better ? ", your best" : `; your best: ${best}`}. ${best > 1 ? "Can fewer do it? Warmth, channels and the paranode count as well." : "Fewer is not possible: one bare stretch was enough here."}`;
  }

  function paint() {
    if (!data) return;
    for (const [name] of ROWS) rows[name].paint(data.fibres[name].potential[frame]);
    time.querySelector("input").value = frame;
    time.querySelector("output").textContent = `${data.frames[frame].toFixed(2)} ms`;
  }

  let last = 0;
  let alive = true;
  const tick = (now) => {
    if (!alive) return;
    if (playing && data && now - last > TICK / speed) {
      last = now;
      frame = (frame + 1) % data.frames.length;
      paint();
    }
    requestAnimationFrame(tick);
  };

  clear(main, h("h1", {}, "The wire", mark("wire", "the impulse")), h("p", { class: "caption do" }, explained("One nerve fibre, three times. Take its myelin away, open a paranode or warm it, and watch the impulse slow down or stop; then give it new, thinner sheaths.")), note, problem,
    h("div", { class: "with-side" },
      h("aside", { class: "side drawer", "aria-label": "The fibre" }, drawerButton("Change the fibre"),
        h("fieldset", {}, h("legend", {}, "The damage"),
          slider({ label: "Myelin left", id: "lamellae", min: 0, max: shares.length - 1, value: shares.indexOf(asked.lamellae), show: (i) => (shares[i] === 0 ? "bare" : `${number(100 * shares[i], 2)} %`), oninput: (i) => set("lamellae")(shares[i]), hint: "Share of the wraps (lamellae). A fibre this thick has about 120." }),
          slider({ label: "Paranode open", id: "paranode", min: 1, max: 100, value: 1, show: (v) => (v === 1 ? "closed" : `${v} x wider`), oninput: set("paranode"), hint: "The seal beside the node: current leaks under an open one." }),
          slider({ label: "Internodes hit", id: "internodes", min: 1, max: 20, value: asked.internodes, show: String, oninput: set("internodes") }),
          slider({ label: "Channels on bare axon", id: "channels", min: 0, max: 10, step: 0.5, value: 0, show: (v) => (v ? `${v} % of a node's` : "none"), oninput: (v) => set("channels")(v / 100), hint: "Only matters where the axon is bare." })),
        h("fieldset", {}, h("legend", {}, "The fibre"), warm,
          h("button", { type: "button", id: "warmer", onclick: () => { const now = Math.min(42, asked.temperature + 2); warm.set(now); set("temperature")(now); } }, "Warm it by two degrees"),
          slider({ label: "Diameter", id: "diameter", min: 4, max: 16, step: 0.5, value: asked.diameter, show: (v) => `${v} \u00b5m`, oninput: set("diameter") })),
        h("fieldset", {}, h("legend", {}, "The repair"),
          slider({ label: "New sheath, thickness", id: "thickness", min: 10, max: 100, step: 5, value: 40, show: percentish, oninput: (v) => set("thickness")(v / 100) }),
          slider({ label: "New internode, length", id: "length", min: 20, max: 100, step: 5, value: 35, show: percentish, oninput: (v) => set("length")(v / 100) }))),
      h("div", { class: "lead" }, h("section", { "aria-label": "The impulse" },
        ROWS.map(([name]) => rows[name].node),
        h("div", { class: "row" }, play, h("div", { class: "grow" }, time),
          h("label", { class: "inline" }, "Speed ", h("select", { id: "speed", onchange: (event) => { speed = Number(event.target.value); slow(); } }, [["1", "normal"], ["0.5", "half"], ["2", "double"]].map(([v, t]) => h("option", { value: v }, t))))),
        h("div", { class: "notice" }, task),
        h("p", { class: "hint", id: "slowed" }, slowed), legend([{ label: "whole sheath", colour: "#3b6fa0", block: true }, { label: "damaged sheath", colour: "#f2c45a", block: true }, { label: "new sheath", colour: "#8fbbd9", block: true }]),
        h("p", { class: "hint" }, "Curve: membrane potential of every node, from -80 to +40 mV. Discs: nodes, filled as they fire. Blocks: sheaths, as thick as their myelin. Every position of the sliders is computed; nothing is animated by hand."),
        h("p", { class: "hint" }, h("a", { href: "#sources/mrg.geometry" }, "Where the geometry comes from"), ", ", h("a", { href: "#sources/state" }, "the states of an internode"), ".")))));
  queue.ask();
  requestAnimationFrame(tick);
  // on paper the impulse is under way
  const onPaper = () => { if (data) { frame = Math.floor(data.frames.length * 0.4); paint(); } };
  addEventListener("beforeprint", onPaper);
  return () => { alive = false; removeEventListener("beforeprint", onPaper); queue.stop(); };
}

export function row(name, title) {
  const svg = s("svg", { viewBox: `0 0 ${WIDTH} ${TALL}`, class: "wire", role: "img", "aria-label": title, preserveAspectRatio: "none" });
  const verdictNode = h("span", { class: "verdict" });
  const node = h("div", { class: `wire-row ${name}` }, h("h2", {}, title, " ", verdictNode), h("div", { class: "stage" }, [40, -80].map((mv) => h("span", { class: "mv", "aria-hidden": "true", style: { top: `${(100 * (96 - ((mv + 80) / 130) * 84)) / TALL}%` } }, `${mv > 0 ? "+" : ""}${mv} mV`)), svg));
  const [base, axis] = [96, 122];
  const y = (mv) => base - ((mv + 80) / 130) * 84;
  let xs = [];
  let discs = [];
  let curve;
  return {
    node,
    verdict(item, healthy) {
      verdictNode.textContent = item.arrives ? `${item.time.toFixed(2)} ms${item === healthy ? "" : `, ${percent(item.time / healthy.time - 1)} later`}` : "blocked";
      verdictNode.classList.toggle("flag", !item.arrives);
      svg.setAttribute("aria-label", `${title}: ${item.arrives ? `the impulse arrives after ${item.time.toFixed(2)} ms` : "the impulse is blocked"}`);
    },
    build(data) {
      const item = data.fibres[name];
      xs = item.positions.map((at) => LEFT + (at / data.length) * (WIDTH - 2 * LEFT));
      const sheaths = item.sheaths.map((share, i) => {
        const [a, b] = [xs[i], xs[i + 1]];
        const tall = 4 + 22 * share ** 0.6;
        return s("rect", { class: share < 0.999 ? "sheath hit" : "sheath", x: a + 2.5, width: Math.max(0.5, b - a - 5), y: axis - tall / 2, height: tall, rx: Math.min(tall / 2, 9), visibility: share ? "visible" : "hidden" });
      });
      discs = xs.map((x) => s("circle", { class: "node", cx: x, cy: axis, r: 3.4 }));
      curve = s("path", { class: "spike" });
      svg.replaceChildren(s("line", { class: "rest", x1: 0, x2: WIDTH, y1: y(-80), y2: y(-80) }), s("line", { class: "rest", x1: 0, x2: WIDTH, y1: y(40), y2: y(40) }), s("line", { class: "axon", x1: 0, x2: WIDTH, y1: axis, y2: axis }), ...sheaths, ...discs, curve);
    },
    paint(potential) {
      if (!curve) return;
      curve.setAttribute("d", `M${potential.map((mv, i) => `${xs[i].toFixed(1)} ${y(mv).toFixed(1)}`).join("L")}`);
      potential.forEach((mv, i) => { discs[i].style.setProperty("fill-opacity", String(Math.min(1, Math.max(0.08, (mv + 80) / 110)))); });
    },
  };
}
