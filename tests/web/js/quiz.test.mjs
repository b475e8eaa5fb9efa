// Where nerve studies point to, and which stories are asked.
import assert from "node:assert/strict";
import test from "node:test";

globalThis.document = { documentElement: {}, addEventListener() {}, getElementById: () => null };
globalThis.addEventListener = () => {};
const { placeOf: judge, storiesOf } = await import(process.env.RESULTS_JS);
// how studies are done, from the catalogue of the server
const setups = JSON.parse(process.env.SETUPS);
const placeOf = (rows) => judge(rows, setups);
const row = (study, site, quantity, flag) => ({ study, site, assessed: [{ quantity, flag }] });
const on = (study, site) => row(study, site, "latency", "normal");

test("studies of limbs point to nerves, central times to cord and brain", () => {
  assert.equal(placeOf([row("sural", "ankle", "amplitude", "low"), row("tibial_sep", "N22-P40", "interval", "normal")]).place, "nerves");
  assert.equal(placeOf([row("sural", "ankle", "amplitude", "normal"), row("tibial_sep", "N22-P40", "interval", "high")]).place, "cord");
  assert.equal(placeOf([row("sural", "ankle", "amplitude", "absent"), row("vep", "P100", "latency", "high")]).place, "both");
  assert.equal(placeOf([row("mep_leg", "cortex", "cmct", "high")]).place, "cord");
  assert.equal(placeOf([row("sural", "ankle", "amplitude", "normal"), row("vep", "P100", "latency", "normal")]).place, "none");
  assert.deepEqual(placeOf([row("sural", "ankle", "amplitude", "low"), row("sural", "ankle", "velocity", "low")]).nerves, ["sural"]);
});

test("a late wave is no lesion of the cord where the nerve before it is late", () => {
  const late = [row("tibial_sep", "N22", "latency", "high"), row("tibial_sep", "P40", "latency", "high"), row("tibial_sep", "N22-P40", "interval", "normal")];
  assert.deepEqual(placeOf(late), { place: "nerves", nerves: ["tibial_sep"], cord: [] });
  assert.equal(placeOf([row("median_sep", "N9", "latency", "high")]).place, "nerves");
  assert.equal(placeOf([row("blink", "R1", "latency", "high")]).place, "none");
  assert.equal(placeOf([row("baep", "I", "latency", "high")]).place, "none");
});

test("a lost wave is one of the cord only where the wave of the nerve is there", () => {
  const lost = [row("tibial_sep", "P40", "latency", "absent"), row("tibial_sep", "N22-P40", "interval", "absent")];
  assert.equal(placeOf([on("tibial_sep", "N22"), ...lost]).place, "cord");
  assert.equal(placeOf([row("tibial_sep", "N22", "latency", "absent"), ...lost]).place, "nerves");
  const small = row("median_sep", "N20", "amplitude", "low");
  assert.equal(placeOf([on("median_sep", "N9"), small]).place, "cord");
  assert.equal(placeOf([on("median_sep", "N9"), small, row("radial", "wrist", "amplitude", "low")]).place, "nerves");
  assert.equal(placeOf([row("mep_leg", "cortex", "cmct", "absent"), row("tibial_motor", "ankle", "amplitude", "absent")]).place, "nerves");
  assert.equal(placeOf([row("mep_leg", "cortex", "cmct", "absent"), row("tibial_motor", "ankle", "amplitude", "normal")]).place, "cord");
});

test("three stories, one of which blood and recordings allow", () => {
  assert.deepEqual(storiesOf("vegan diet", true), ["CD320 antibodies", "none", "vegan diet"]);
  assert.deepEqual(storiesOf("CD320 antibodies", false), ["CD320 antibodies", "gastrectomy", "none"]);
  assert.deepEqual(storiesOf("none", false, true), ["gastrectomy", "none", "vegan diet"]);
  // without a finding and with B12 in blood nobody can be told from somebody healthy
  assert.ok(!storiesOf("metformin", false, true).includes("none"));
});
