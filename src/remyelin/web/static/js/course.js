// The course: one person, two plans and none, from blood to symptoms.

import { Latest, post } from "./api.js";
import { Chart, legend } from "./chart.js";
import { controls } from "./controls.js";
import { clear, h, micro, monthWords, number, percent, sentence, slider, stretchName, table, unbroken } from "./dom.js";
import { explained, term } from "./glossary.js";
import { change, horizon, inQuestion, listen, months, plans, state, treated, untreated } from "./state.js";
import { mark, rooted } from "./rests.js";
import { cardsOf, coming, publishedOf, Waiting } from "./strip.js";
import { takeaway } from "./takeaway.js";
import { StudyTable } from "./studytable.js";

const COLOURS = { a: "var(--plan-a)", b: "var(--plan-b)", none: "var(--plan-none)" };
export const NAMES = () => ({
  a: `A: treated ${monthWords(state.a)}`,
  b: `B: treated ${monthWords(state.b)}`,
  none: untreated(),
});
const BLOOD = [["b12", "Serum B12", "B12"], ["holotc", "Active B12", "holoTC"], ["mma", "Methylmalonate", "MMA"], ["homocysteine", "Homocysteine", "homocysteine"]];
const PARTS = [["case-kind", "Answer"], ["symptoms", "Symptoms"], ["blood", "Blood"], ["sheaths", "Myelin"], ["studies", "Studies"], ["person", "Person"], ["takeaway", "Keep"]];
const LATER = [3, 6, 12, 24]; // months by which the curve of waiting moves treatment
const OF_TYPICAL = ", of typical"; // at the end of the name of a factor
const RESTS = { sheaths: "sheaths" };
const STATES = [["axons lost", "var(--lost)"], ["bare", "bare"], ["vacuolated", "vacuolated"], ["remyelinated", "remyelinated"]];

export async function show(main) {
  const { cards: shared, first, leading: { pathway: leading } } = state.about.drawing;
  const found = {};
  const bands = {};
  // Whether the course may be shown as a forecast: null until the reported findings were compared, then "" or the headline of a refusal.
  const verdict = { of: "", said: null };
  const free = () => verdict.said === "";
  const until = (xs) => (free() ? xs.length : xs.filter((month) => month <= 0).length);
  const charts = { hero: [], symptoms: {}, chances: {}, blood: {}, sheaths: {} };
  const heading = h("h1", { id: "case-title" });
  const story = h("p", { class: "story", "aria-live": "polite" });
  const cards = h("div", { class: "cards" });
  const strip = h("div", { class: "strip", id: "strip", "aria-live": "polite" });
  const under = h("div", { class: "strip" });
  const waiting = new Waiting();
  const published = h("div", {});
  // The answer of the server, and the plans it is of: once they change it is no longer theirs.
  const reply = { of: "", data: null };
  const tell = (data) => {
    const note = data && h("p", { class: "hint wide" }, `${data.note} Numbers are medians of many simulated courses; Body and Lab show one person; My results weighs a whole record and differs.`);
    clear(strip, data ? [cardsOf(data), !narrow && note] : coming(reply.data));
    clear(under, narrow && note);
    reply.data = data;
    reply.failed = false;
    if (data) clear(published, h("div", { class: "strip" }, publishedOf(data)));
    waiting.set(data);
    draw();
  };
  const keys = h("div", {});
  const drawn = h("div", {});
  const problem = h("p", { class: "notice", role: "alert", hidden: true });
  // on a telephone the answer and its curves share the first screen, and what follows is opened by its heading
  const narrow = matchMedia("(max-width: 44rem)").matches;
  let conventional = false;
  const units = h("button", { type: "button", id: "units", onclick: () => { conventional = !conventional; units.textContent = conventional ? "Show B12 in pmol/L" : "Show B12 in pg/mL"; redraw(); } }, "Show B12 in pg/mL");
  const hero = [0, 1].map(() => new Chart({ height: narrow ? 150 : 200 }));
  const symptoms = h("div", { class: "charts three" });
  const chances = h("div", { class: "charts three", id: "chances" });
  const blood = h("div", { class: "charts four" });
  const sheaths = h("div", { class: "charts four" });
  const others = h("div", { class: "charts four" });
  const facts = h("div", {});
  const studies = new StudyTable();
  const when = slider({
    label: "Date shown", min: -36, max: 36, step: 1, value: state.month, id: "date", show: monthWords,
    oninput: (month) => change({ month }, "month"),
  });
  const panel = controls();
  const section = (id, title, intro, ...inside) => h("section", { id, "aria-labelledby": `${id}-title` },
    h("details", { class: "part", open: !narrow || id === "symptoms" },
      h("summary", {}, h("h2", { id: `${id}-title` }, title)),
      intro && h("p", { class: "caption" }, explained(intro), RESTS[id] && mark(RESTS[id], title)), ...inside));
  clear(main, h("div", { class: "with-side" }, jumps(), panel.node,
    h("div", { class: "lead" },
      h("p", { class: "kicker", id: "case-kind", tabindex: -1 }), heading, h("p", { class: "caption do" }, "The computed course of a vitamin B12 deficiency in one person, from blood to symptoms. Move a slider to change the person or the day treatment begins; the curves answer at once. The sign \u00a7 opens the sources of a number."), story, problem, strip, narrow ? null : keys,
      h("div", { class: "charts two" }, hero.map((chart) => chart.node)), narrow ? [keys, under] : null,
      h("div", { class: "strip" }, waiting.node), when, cards, published),
    h("div", { class: "rest" },
      section("symptoms", "Symptoms", "The nineteen symptoms of the article in Claims, in three tiers by their evidence. Tiredness and nystagmus are added.",
        h("h3", {}, "Tier mechanism: computed from the conduction of its pathways"), h("p", { class: "caption" }, "0 is none, 1 the most the pathway can cause. The dotted line is when a symptom is noticed. How a pathway's state becomes a complaint is assumed, with a range."), symptoms,
        h("h3", {}, "Tier association: a probability, no mechanism is claimed"), h("p", { class: "caption" }, "How probable each is, from published frequencies, with the interval that the counts leave (shaded, plan A). The line before the cause began is the frequency without deficiency. A low probability is no reassurance."), chances,
        h("h3", {}, "Tier no evidence: nothing shows that deficiency causes these"), h("ul", {}, state.about.symptoms.filter((one) => one.tier === "no evidence").map((one) => h("li", {}, h("b", {}, one.name), `, in ${one.everybody} of all people: ${one.mechanism} Common other causes: ${one.causes}`)))),
      section("blood", "Blood", "Results of a blood test. Green: deficiency unlikely; yellow: cannot tell; no colour: points to deficiency. Blood becomes normal within weeks; a nerve does not.", units, drawn, blood),
      section("sheaths", "Myelin and axons", "Internodes that are not intact and axons lost under plan A in one simulated person, as shares of a healthy person's. Vacuolated sheaths slow, bare ones block, remyelinated ones are thin and short and conduct. Lost axons of the spinal cord do not come back.",
        legend(STATES.map(([label, colour]) => ({ label, colour: colour.startsWith("var") ? colour : state.about.colours.states[colour], block: true }))), sheaths,
        h("details", {}, h("summary", {}, "The other stretches: roots, cranial nerves, brain"), others)),
      section("studies", "Nerve studies at the date shown", "What a laboratory would measure in one simulated person. Values beyond the normal limit are marked with a sign as well as a colour.", studies.node),
      section("person", "This person", "Values stated by the case, and priors for the rest.", facts),
      section("takeaway", "Take it with you", null, takeaway()))));

  // One drawing per frame, however many answers arrive for it; what a slider has asked for is drawn as it arrives, so
  // that it is ready for the very next frame.
  let frame = 0;
  let keyed = "";
  const draw = () => { frame ||= requestAnimationFrame(() => { frame = 0; redraw(); }); };
  const drawNow = () => { cancelAnimationFrame(frame); frame = 0; redraw(); };
  const redraw = () => {
    const shown = plans().map((plan) => plan.id).filter((id) => found[id] && (free() || id === "a"));
    // an answer may come after the view was left
    if (!found.a || !heading.isConnected) return;
    const names = NAMES();
    const from = Math.max(found.a.months[0], -48);
    const range = [from, found.a.months.at(-1)];
    const base = (extra) => ({ months: true, x_label: "months from diagnosis", x_range: range, marks: [0], cursor: state.month, ...extra });
    // equal curves would read as if waiting were free, where the model cannot tell
    // once the range of a plan is there its middle is the line, so that curve, cards and answer are of one kind
    const lines = (pick, band) => ["none", "b", "a"].filter((id) => shown.includes(id) && !unknown(id)).map((id) => {
      const range = bands[id]?.disability ? band(bands[id]) : null;
      const x = (range ? bands[id] : found[id]).months;
      const cut = (values) => values.slice(0, until(x));
      return { label: shown.length > 1 ? names[id] : "course", x: cut(x), y: cut(range ? range.median : pick(found[id])), colour: COLOURS[id], dashed: id === "none", width: id === "a" ? 2.2 : 1.6,
        ...(range && id === "a" ? { low: cut(range.low), high: cut(range.high) } : {}) };
    });
    const key = [...shown, names.a, names.b, names.none, free(), Boolean(bands.a?.disability), shown.map(unknown), words()].join();
    if (key !== keyed) {
      keyed = key;
      // blood under every plan is drawn, whatever is known of its end
      clear(drawn, legend(shown.map((id) => ({ label: shown.length > 1 ? names[id] : "course", colour: COLOURS[id], dashed: id === "none" }))));
      clear(keys, legend([...shown.map((id) => ({ label: shown.length > 1 ? `${names[id]}${unknown(id) ? ` (not drawn: ${words()}${reply.data ? " its end from that of plan A" : ""})` : ""}` : "course", colour: COLOURS[id], dashed: id === "none" })),
        ...(bands.a?.disability ? [{ label: h("span", {}, free() ? "range of plan A " : "range ", term("band", "?")), colour: "var(--band)", block: true }] : [])]));
    }
    const disability = lines((d) => d.disability, (b) => b.disability);
    hero[0].set(base({ title: "Disability", y_label: "points of 16", why: term("disability", "?"), rests: "disability", y_range: [0, top(disability)], series: disability }));
    hero[1].set(base({ title: "Impulses that arrive, foot to brain", y_label: "share of fibres", rests: `pathway.${leading}`, y_range: [0, 1.02], series: lines((d) => d.pathways[leading].conducted, (b) => b.pathways[leading].conducted) }));
    for (const name of Object.keys(found.a.severity)) {
      charts.symptoms[name] ??= append(symptoms, new Chart({ height: 160 }));
      charts.symptoms[name].set(base({ title: symptomName(name), y_label: "severity", rests: `symptom.${name}`, y_range: [0, 1.02], levels: [state.about.presence],
        series: lines((d) => d.severity[name], (b) => b.severity[name]) }));
    }
    for (const one of [...state.about.symptoms.filter((item) => item.tier === "association"), ...state.about.beside]) {
      charts.chances[one.id] ??= append(chances, new Chart({ height: 160 }));
      charts.chances[one.id].set(base({ title: one.name, y_label: "probability", y_range: [0, 1.02],
        series: ["none", "b", "a"].filter((id) => shown.includes(id) && !unknown(id) && found[id].chance?.[one.id]).map((id) => {
          const [x, chance] = [found[id].blood_months, found[id].chance[one.id]];
          const cut = (values) => values.slice(0, until(x));
          const band = id === "a" ? { band_x: cut(x), low: cut(chance.low), high: cut(chance.high) } : {};
          return { label: names[id], x: cut(x), y: cut(chance.median), colour: COLOURS[id], dashed: id === "none", width: id === "a" ? 2.2 : 1.6, ...band };
        }) }));
    }
    for (const [name, title, word] of BLOOD) {
      charts.blood[name] ??= append(blood, new Chart({ height: 170 }));
      const other = conventional && state.about.conventional[name];
      const size = (value) => (other && value !== null ? value / other[1] : value);
      const limits = state.about.limits[name].map(size);
      charts.blood[name].set(base({
        title, y_label: other ? other[0] : found.a.blood[name].unit, log: true, why: term(word, "?"), rests: `blood.${name}`,
        normal: limits.length > 1 ? [limits[1], null] : [null, limits[0]], unsure: limits.length > 1 ? limits : null,
        series: ["none", "b", "a"].filter((id) => shown.includes(id)).map((id) => ({ label: names[id], x: found[id].blood_months.slice(0, until(found[id].blood_months)), y: found[id].blood[name].values.slice(0, until(found[id].blood_months)).map(size), colour: COLOURS[id], dashed: id === "none", width: id === "a" ? 2.2 : 1.6 })),
      }));
    }
    const worst = Math.max(0.02, ...Object.values(found.a.segments).flatMap((part) => part.axons.map((axons, i) => 1 - axons * part.intact[i])));
    for (const [name, part] of Object.entries(found.a.segments)) {
      charts.sheaths[name] ??= append(first.includes(name) ? sheaths : others, new Chart({ height: 130 }));
      charts.sheaths[name].set({
        months: true, x_label: "", x_range: range, marks: [0], cursor: state.month, stacked: true, nothing: "nothing lost", y_range: [0, worst * 1.05], title: stretchName(name), y_label: "share lost or changed",
        series: STATES.map(([label, colour]) => ({
          label, x: found.a.months.slice(0, until(found.a.months)), colour: colour.startsWith("var") ? colour : state.about.colours.states[colour],
          y: (label === "axons lost" ? part.axons.map((axons) => 1 - axons) : part[label].map((share, i) => share * part.axons[i])).slice(0, until(found.a.months)),
        })),
      });
    }
    describe();
  };

  // A number stands with its range, or not yet: median and the ends of the range, at the end.
  const ranged = (id) => {
    const band = bands[id];
    if (!band?.disability) return "...";
    const [low, median, high] = ["low", "median", "high"].map((key) => Math.round(band.disability[key].at(-1)));
    return `${median} (${low} to ${high})`;
  };
  const most = (id) => bands[id]?.disability && Math.round(bands[id].disability.median.at(-1)) >= state.about.most_points;
  const shares = (id, pathway, what) => {
    const band = bands[id]?.pathways?.[pathway]?.[what];
    return band ? `${percent(band.median.at(-1))} (${Math.round(100 * band.low.at(-1))} to ${Math.round(100 * band.high.at(-1))})` : "...";
  };
  // Whether the end of a plan is not known: not told apart from that of plan A, or not answered yet.
  const unknown = (id) => id !== "a" && !reply.data?.starts.find((start) => start.name === id)?.told_apart;
  const words = () => (reply.data ? "the model cannot tell" : reply.failed ? "not computed" : "being computed");

  let person = null;
  let drawnOf = null; // name of the case of plan A's answer
  let carded = "";
  const describe = () => {
    const kase = state.case;
    const end = monthWords(horizon()).replace(" after diagnosis", "");
    const own = drawnOf === kase.name; // else what is drawn is still of the case before
    const began = months(kase.cause.began) ?? (own && -12 * (found.a.person.find((fact) => fact.name === "time since the cause began")?.value || 0));
    heading.textContent = kase.title;
    document.getElementById("case-kind").textContent = kase.name === "check" ? "Your entries" : kase.kind === "case" ? "Published case" : "Scenario";
    const parts = [`${kase.person.sex === "female" ? "A woman" : "A man"} of ${number(Number.parseFloat(kase.person.age))}`,
      kase.cause.kind === "none" ? ", not deficient. " : ` with ${kase.cause.stated === false ? `a deficiency of unknown cause, computed as ${kase.cause.kind}` : kase.cause.kind}${began === false ? "" : `, begun ${monthWords(began)}${kase.cause.began ? "" : " (not stated; computed)"}`}. `];
    if (verdict.said === null) parts.push("The reported findings are being compared with the computed ones.");
    else if (verdict.said) parts.push(verdict.said);
    story.textContent = unbroken(parts.join(""));
    story.classList.toggle("notice", Boolean(verdict.said));
    const names = NAMES();
    const listed = free() ? plans().filter((plan) => found[plan.id]) : [];
    const told = [free(), words(), ...listed.map(({ id }) => [id, names[id], end, unknown(id), Boolean(bands[id]), ...(bands[id]?.disability?.high || [])])].join();
    if (told !== carded) clear(cards, listed.map(({ id }) => h("div", { class: `card plan-${id}` },
      h("h2", {}, treated() ? sentence(names[id]) : "Course"),
      h("dl", {},
        h("dt", {}, `disability after ${end}${most(id) ? " (the most that nerves give on this scale)" : ""}`), h("dd", {}, rooted("disability", unknown(id) ? words().replace("the model ", "") : `${ranged(id)} of 16`, "disability")),
        !unknown(id) && shared.map(([label, pathway, what]) => [h("dt", {}, label), h("dd", {}, rooted(`pathway.${pathway}`, shares(id, pathway, what), label))])),
      unknown(id) && reply.data && h("p", { class: "hint" }, "Its end is not told apart from that of plan A. That does not mean that there is no difference: the disease progresses until treatment starts."))));
    carded = told;
    if (person === found.a.person) return;
    person = found.a.person;
    if (!kase.cause.began && own) panel.since(Math.round(-began));
    clear(facts, table("This person", ["property", "value", "rests on"], found.a.person.map((fact) => [
      fact.name.replace(OF_TYPICAL, ""), `${number(fact.value)} ${fact.name.endsWith(OF_TYPICAL) ? "x typical" : ({ 1: "", "-": "", y: "years", C: "\u00b0C" })[fact.unit] ?? micro(fact.unit)}`,
      { text: true, node: fact.basis === "stated" ? "stated by the case"
        : h("span", {}, fact.basis === "prior" ? `not stated; assumed${fact.low === null || fact.low === undefined ? "" : `, ${number(fact.low)} to ${number(fact.high)}`} ` : fact.basis === "expected" ? "expected of somebody who is found ill on this day " : "placed by the laboratory values ", h("a", { class: "source", href: `#sources/${fact.entry}` }, fact.label), " ", h("code", { class: "key" }, fact.entry)) },
    ])));
  };

  const fail = (error) => {
    if (error.name === "AbortError") return;
    clear(problem, `${sentence(error.message)} `, /try again/.test(error.message) && h("button", { type: "button", class: "plain", onclick: () => { problem.hidden = true; reply.of = ""; last = {}; ask(); } }, "Try again"));
    problem.hidden = false;
  };
  // A plan that is refused takes its curves with it: those of another plan would be read as its own.
  const dropped = (id) => {
    delete found[id];
    delete bands[id];
    if (id !== "a") { draw(); return; }
    for (const chart of [...hero, ...Object.values(charts).flatMap((group) => Object.values(group))]) chart.empty?.();
    clear(cards);
    clear(keys);
    tell(null);
    clear(strip);
    carded = keyed = "";
  };
  const queues = {};
  const spread = new Latest(async (signal, list) => {
    const { of } = reply;
    const old = () => signal.aborted || of !== reply.of;
    try {
      const names = { ...NAMES(), a: `treated ${monthWords(state.a)}` };
      const asked = (plan) => ({ name: plan.id, label: plan.label || names[plan.id], case: plan.case, shift: plan.shift });
      const band = (plan) => post("/api/bands", { case: plan.case, shift: plan.shift }, { signal });
      for (const plan of list) {
        const answer = await band(plan);
        if (old()) return;
        bands[plan.id] = answer;
        draw();
      }
      if (verdict.said === null) return;
      const answer = await post("/api/answer", { plans: list.map(asked) }, { signal });
      if (old()) return;
      tell(answer);
      if (!free() || list.length < 2) return;
      // the curve of waiting: further starts, one after the other, so that a slider need not wait for them
      const later = LATER.map((months) => ({ id: `${months} months later`, label: `begun ${months} months later`, case: state.case, shift: state.a + months }));
      for (const plan of later) await band(plan);
      const never = list.find((plan) => plan.id === "none");
      const curve = await post("/api/answer", { plans: [list[0], ...later, never].map(asked) }, { signal });
      if (!old()) waiting.set(curve);
    } catch (error) {
      fail(error);
      if (error.name !== "AbortError" && !old() && !reply.data) { reply.failed = true; clear(strip, h("p", { class: "hint" }, "The answer could not be computed.")); draw(); }
    }
  }, () => settle());
  // One verdict for each case, whatever its plans; until it is there no forecast is shown.
  const guard = new Latest(async (signal, kase, of) => {
    try {
      const answer = await post("/api/forecast", { case: kase }, { signal });
      if (of !== verdict.of) return;
      verdict.said = answer.headline;
      draw();
      spread.ask(free() ? plans() : plans().slice(0, 1));
    } catch (error) { fail(error); }
  }, () => settle());
  const judge = () => {
    const of = JSON.stringify(state.case);
    if (of === verdict.of) return;
    verdict.of = of;
    verdict.said = inQuestion() ? null : "";
    for (const id of Object.keys(bands)) delete bands[id];
    guard.stop();
    if (inQuestion()) guard.ask(state.case, of);
  };
  // Said to a screen reader, too: whether more is to come for what is shown.
  let more = false;
  const settle = () => {
    // after the drawing that the last answer has asked for
    if (!more && ![...Object.values(queues), spread, guard].some((queue) => queue.running)) requestAnimationFrame(() => main.setAttribute("aria-busy", String(more)));
  };
  let later;
  let last = {};
  const ask = () => {
    const wanted = plans();
    const before = last;
    more = true;
    main.setAttribute("aria-busy", "true");
    last = { a: state.a, case: state.case };
    clearTimeout(later);
    spread.stop();
    studies.stop();
    judge();
    for (const plan of wanted) {
      queues[plan.id] ??= new Latest(async (signal, asked) => {
        try {
          const answer = await post("/api/course", { case: asked.case, shift: asked.shift }, { signal });
          if (signal.aborted) return;
          if (found[asked.id] !== answer) delete bands[asked.id];
          found[asked.id] = answer;
          if (asked.id === "a") drawnOf = asked.case.name;
          problem.hidden = true;
          main.dataset.drawn = String(Number(main.dataset.drawn || 0) + 1);
          if (asked.id === "a") drawNow(); else draw();
          if (asked.id === "a" && !queues.a.waiting) rest();
        } catch (error) {
          fail(error);
          if (error.name !== "AbortError") dropped(asked.id);
          if (asked.id === "a") more = false;
        }
      }, () => settle());
    }
    // while plan A moves nothing else is computed: what was under way for the others is of a place already left
    const moved = state.a !== before.a || state.case !== before.case;
    if (moved) {
      for (const id of ["b", "none"]) queues[id]?.stop();
      queues.a.ask(wanted[0]);
    }
    // what is drawn anew is drawn while the server computes
    const of = JSON.stringify(wanted);
    if (of !== reply.of) { reply.of = of; tell(null); }
    // plan A is replaced as it arrives; what stands of the others would be of another person
    for (const id of Object.keys(found)) if (!wanted.some((plan) => plan.id === id) || (id !== "a" && state.case !== before.case)) delete found[id];
    if (!moved) rest(0);
  };
  // the other plans when the curve of plan A stands on the screen, then the bands and the studies
  const rest = (pause = 60) => {
    clearTimeout(later);
    later = setTimeout(() => {
      for (const plan of plans().slice(1)) queues[plan.id].ask(plan);
      later = setTimeout(() => { more = false; spread.ask(free() || verdict.said === null ? plans() : plans().slice(0, 1)); studies.ask(); }, 100);
    }, pause);
  };
  const stop = listen((what) => {
    if (what === "month") {
      for (const chart of [...hero, ...Object.values(charts.symptoms), ...Object.values(charts.chances), ...Object.values(charts.blood), ...Object.values(charts.sheaths)]) chart.cursor(state.month);
      when.set(state.month);
      studies.ask();
      return;
    }
    if (what === "all") panel.refresh();
    ask();
  });
  ask();
  return () => { stop(); main.removeAttribute("aria-busy"); cancelAnimationFrame(frame); clearTimeout(later); spread.stop(); guard.stop(); studies.stop(); for (const queue of Object.values(queues)) queue.stop(); };
}

// The parts of the view, one press away on a narrow screen.
function jumps() {
  const to = (id) => {
    const there = document.getElementById(id);
    const part = there.querySelector("details.part");
    if (part) part.open = true;
    there.scrollIntoView({ block: "start" });
    (part ? part.querySelector("summary") : there).focus({ preventScroll: true });
  };
  return h("div", { class: "jump", role: "group", "aria-label": "Parts of this view" }, PARTS.map(([id, title]) => h("button", { type: "button", "data-jump": id, onclick: () => to(id) }, title)));
}

// The axis ends at the most points that nerves can give; memory and mood may add to it.
const top = (series) => Math.max(state.about.most_points, ...series.flatMap((line) => [...line.y, ...(line.high || [])]));

function append(home, chart) {
  home.append(chart.node);
  return chart;
}

const symptomName = (id) => state.about.symptoms.find((item) => item.id === id)?.name || id;
