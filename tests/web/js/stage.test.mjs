// A view whose answers come late, out of order or not at all.
import assert from "node:assert/strict";
import test from "node:test";

const { Stage } = await import(process.env.RESULTS_JS);
const later = () => { let go; let fail; const promise = new Promise((done, wrong) => { go = done; fail = wrong; }); return { promise, go, fail }; };

test("a view loads, is shown and is left, and what it has under way ends", async () => {
  const heard = [];
  const stage = new Stage((state) => heard.push(state));
  let ended = 0;
  let given;
  assert.equal(await stage.enter(async (signal) => { given = signal; return () => { ended += 1; }; }), "shown");
  stage.leave();
  assert.deepEqual(heard, ["loading", "shown", "left"]);
  assert.equal(ended, 1);
  assert.ok(given.aborted);
  stage.leave();
  assert.equal(ended, 1);
});

test("an answer that comes after the view was left ends it and changes nothing", async () => {
  const stage = new Stage();
  const slow = later();
  let ended = false;
  const first = stage.enter(async () => { await slow.promise; return () => { ended = true; }; });
  assert.equal(await stage.enter(async () => null), "shown");
  slow.go();
  assert.equal(await first, "left");
  assert.ok(ended);
  assert.equal(stage.state, "shown");
});

test("answers out of order leave the view that was asked for last", async () => {
  const stage = new Stage();
  const [one, two] = [later(), later()];
  const drawn = [];
  const open = (name, wait) => stage.enter(async (signal) => { await wait.promise; if (!signal.aborted) drawn.push(name); return null; });
  const [first, second] = [open("one", one), open("two", two)];
  two.go();
  assert.equal(await second, "shown");
  one.go();
  assert.equal(await first, "left");
  assert.deepEqual(drawn, ["two"]);
});

test("an answer that never comes does not hold up the next view", async () => {
  const stage = new Stage();
  stage.enter(() => new Promise(() => {}));
  assert.equal(stage.state, "loading");
  assert.equal(await stage.enter(async () => null), "shown");
});

test("an error fails the view it belongs to, and no other", async () => {
  const errors = [];
  const stage = new Stage((state, error) => { if (error) errors.push(error.message); });
  const late = later();
  const first = stage.enter(() => late.promise);
  assert.equal(await stage.enter(async () => { throw new Error("refused"); }), "failed");
  late.fail(new Error("too late"));
  assert.equal(await first, "left");
  assert.deepEqual(errors, ["refused"]);
  assert.equal(stage.state, "failed");
});
