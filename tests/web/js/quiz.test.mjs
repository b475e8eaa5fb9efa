// Where nerve studies point to.
import assert from "node:assert/strict";
import test from "node:test";

globalThis.document = { documentElement: {}, addEventListener() {}, getElementById: () => null };
globalThis.addEventListener = () => {};
const { placeOf } = await import(process.env.RESULTS_JS);
const row = (study, flag) => ({ study, assessed: [{ flag }] });

test("studies of limbs point to nerves, evoked potentials to cord and brain", () => {
  assert.equal(placeOf([row("sural", "low"), row("tibial_sep", "normal")]).place, "nerves");
  assert.equal(placeOf([row("sural", "normal"), row("tibial_sep", "high")]).place, "cord");
  assert.equal(placeOf([row("sural", "absent"), row("vep", "high")]).place, "both");
  assert.equal(placeOf([row("sural", "normal"), row("vep", "normal")]).place, "none");
  assert.deepEqual(placeOf([row("sural", "low"), row("sural", "low")]).beyond, ["sural"]);
});
