// What a visitor need not know already: plain sentences, after docs/nerve.md, docs/myelin.md, docs/symptoms.md and
// docs/cobalamin.md. A word of a text that stands here is underlined with dots and explains itself when pressed.

import { h, unique } from "./dom.js";

export const WORDS = {
  disability: ["Disability", "The functional disability rating scale of subacute combined degeneration, 0 (nothing) to 16 points: gait 0 to 4; feeling, mind, reflexes lost, and stiffness or paralysis 0 to 3 each. The mind follows a weak measure of cognition, of assumed size. The items are published; where exactly a point is gained is assumed."],
  severity: ["Severity", "0: the symptom is absent; 1: as strong as losing the whole pathway would make it. Below the dotted level it is not noticed. The map from a nerve to a complaint is assumed."],
  band: ["The shaded band", "Plan A with many sets of rates and persons that fit published patients equally well: nine tenths of the courses lie inside. The line is the middle of them. While it is being computed the line is that of one set of rates, the ledger's own."],
  B12: ["Serum B12", "All vitamin B12 in the blood. Part of it cannot enter cells, so the number alone can mislead."],
  holoTC: ["Holotranscobalamin (holoTC)", "\"Active\" B12: the part of the B12 in blood that is bound to transcobalamin and can enter cells."],
  MMA: ["Methylmalonate (MMA)", "A substance that rises in the blood when cells lack B12, or when the kidneys fail."],
  homocysteine: ["Homocysteine", "An amino acid that rises in the blood when cells lack B12 or folate, or when the kidneys fail."],
  myelin: ["Myelin", "The fatty sheath around a nerve fibre. It lets the impulse jump from gap to gap, fast. Without it the impulse is late or stops."],
  axon: ["Axon", "The wire itself: the long thread of a nerve cell that carries the impulse. A lost one in brain or spinal cord does not come back."],
  vacuolated: ["Vacuolated", "A sheath whose layers have split and swollen, as B12 deficiency does it: the impulse is slower."],
  remyelinated: ["Remyelinated", "A new sheath, thinner and shorter than the old one: it conducts, a little slower."],
  internode: ["Internode", "One sheath, from one gap (node) to the next: about a millimetre in a thick fibre."],
  node: ["Node", "The gap between two sheaths, where the impulse is renewed."],
  paranode: ["Paranode", "The seal between sheath and axon beside a node. Where it opens, current leaks away."],
  lamellae: ["Lamellae", "The wraps of myelin around a fibre, like the layers of an onion."],
  gracile: ["Gracile tract", "The part of the back of the spinal cord that carries touch, vibration and position from the legs: among the longest fibres of the body."],
  cuneate: ["Cuneate tract", "The part of the back of the spinal cord that carries touch, vibration and position from the arms."],
  corticospinal: ["Corticospinal tract", "The fibres that carry commands from the brain down the spinal cord to the cells that move the muscles."],
  sural: ["Sural nerve", "A nerve of feeling at the back of the calf and the outer edge of the foot; often the first one tested."],
  median: ["Median nerve", "A nerve of the arm: the thumb muscles, and feeling of thumb and first fingers."],
  ulnar: ["Ulnar nerve", "A nerve of the arm: little finger and small muscles of the hand."],
  tibial: ["Tibial nerve", "A nerve of the leg: the muscles and the feeling of the sole."],
  peroneal: ["Peroneal nerve", "A nerve of the leg: it lifts the foot."],
  SNAP: ["Sensory nerve action potential (SNAP)", "Recording over a nerve of feeling when it is stimulated: the sum of its impulses. Small means fewer fibres, late means slower ones."],
  CMAP: ["Compound muscle action potential (CMAP)", "Recording over a muscle when its nerve is stimulated: the sum of its fibres' answers."],
  SEP: ["Somatosensory evoked potential (SEP)", "The answer of spinal cord and brain to a small shock at the wrist or ankle."],
  MEP: ["Motor evoked potential (MEP)", "The answer of a muscle to a magnetic pulse over the brain."],
  VEP: ["Visual evoked potential (VEP)", "The answer of the back of the brain to a checkerboard the eye sees."],
  BAEP: ["Brainstem auditory evoked potential (BAEP)", "The answer of the hearing nerve and the brainstem to clicks; its waves are numbered I to V."],
  radial: ["Radial nerve", "A nerve of the arm; here its branch of feeling to the back of the thumb."],
  blink: ["Blink reflex", "The eyelid's answer to a shock above the eye: in by the nerve of the face's feeling, through the brainstem, out by the nerve of its muscles."],
  cortex: ["Cortex", "The outer layer of the brain, where commands start and feelings arrive."],
  velocity: ["Velocity", "How fast the fastest fibres conduct, in metres per second: about 50 in a healthy leg."],
  interval: ["Interval", "Time between two waves: how long the stretch between their places took."],
  N22: ["N22", "The answer of the lower spinal cord about 22 ms after a shock at the ankle. N: the curve goes negative, drawn upwards."],
  P40: ["P40", "The answer of the brain about 40 ms after a shock at the ankle. P: the curve goes positive, drawn downwards."],
  N9: ["N9", "The volley of the arm's nerve passing the collar bone, about 9 ms after a shock at the wrist."],
  N13: ["N13", "The answer of the spinal cord in the neck, about 13 ms after a shock at the wrist."],
  N20: ["N20", "The answer of the brain about 20 ms after a shock at the wrist."],
  P100: ["P100", "The answer of the visual brain about 100 ms after the checkerboard changes."],
  R1: ["R1", "The early part of the blink that follows a tap or shock above the eye."],
  latency: ["Latency", "Time from the shock to the answer. Longer: the impulse is slower or takes a slower fibre."],
  amplitude: ["Amplitude", "Size of the answer: how many fibres answer, and how well together."],
  "F latency": ["F latency", "Time for an impulse to run from the hand or foot up to the spinal cord and back to the muscle."],
  CMCT: ["Central motor conduction time (CMCT)", "Time a command needs from the brain to the nerve cells of the spinal cord."],
  SD: ["Normal (SD)", "The mean of healthy people and, in brackets, one standard deviation: two thirds of them lie within it. Where the values are skewed it is the middle value and the factor (\u00d7\u00f7) of one standard deviation."],
  z: ["z", "How many standard deviations a value lies from the mean of healthy people; beyond 2 is unusual."],
  ledger: ["The ledger", "The list of every number the model uses, with its unit, range, kind and source: the Sources page."],
};

const ALSO = { "methylmalonic acid": "MMA", holotranscobalamin: "holoTC" };
const PATTERN = new RegExp(`\\b(${[...Object.keys(WORDS), ...Object.keys(ALSO)].filter((key) => key !== "z").sort((a, b) => b.length - a.length).join("|")})\\b`, "i");
const KEYS = { ...Object.fromEntries(Object.keys(WORDS).map((key) => [key.toLowerCase(), key])), ...ALSO };

// A word that explains itself: a button, so that keyboard, touch and screen reader reach it.
export function term(key, shown) {
  const [title, text] = WORDS[key];
  const id = unique("term");
  const note = h("span", { class: "explain", id, popover: "auto", role: "note" }, h("b", {}, title), h("span", {}, text));
  const button = h("button", { type: "button", class: shown === "?" ? "term ask" : "term", popovertarget: id, "aria-describedby": id, "aria-label": shown === "?" ? `What is ${title}?` : null }, shown ?? key);
  note.addEventListener("beforetoggle", (event) => {
    if (event.newState !== "open") return;
    const box = button.getBoundingClientRect();
    const width = Math.min(320, innerWidth - 24);
    note.style.setProperty("width", `${width}px`);
    note.style.setProperty("left", `${Math.max(12, Math.min(box.left, innerWidth - width - 12))}px`);
    const low = box.bottom > innerHeight * 0.65;
    note.style.setProperty("top", low ? "auto" : `${box.bottom + 6}px`);
    note.style.setProperty("bottom", low ? `${innerHeight - box.top + 6}px` : "auto");
    // the event of a scroll that brought the word into sight may come after the note is open: only further ones count
    const from = scrollY;
    const away = () => {
      if (Math.abs(scrollY - from) < 8) return;
      removeEventListener("scroll", away);
      if (note.matches(":popover-open")) note.hidePopover();
    };
    addEventListener("scroll", away);
  });
  return h("span", { class: "term-box" }, button, note);
}

// A text in which every word of the glossary explains itself, each once.
export function explained(text, seen = new Set()) {
  const parts = [];
  let rest = String(text);
  for (;;) {
    const found = PATTERN.exec(rest);
    if (!found) return [...parts, rest];
    const key = KEYS[found[0].toLowerCase()];
    const [before, after] = [rest.slice(0, found.index), rest.slice(found.index + found[0].length)];
    parts.push(before, seen.has(key) ? found[0] : term(key, found[0]));
    seen.add(key);
    rest = after;
  }
}
