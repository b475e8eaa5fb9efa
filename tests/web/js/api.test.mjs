// Requests of which only the latest counts.
import assert from "node:assert/strict";
import test from "node:test";

const { Latest, Refused, get, post } = await import(process.env.RESULTS_JS);
const answer = (data, ok = true, status = 200) => ({ ok, status, json: async () => data });

test("of requests asked meanwhile only the latest is sent", async () => {
  const sent = [];
  let go;
  const queue = new Latest(async (signal, value) => { sent.push(value); if (value === 1) await new Promise((done) => { go = done; }); });
  queue.ask(1);
  queue.ask(2);
  queue.ask(3);
  go();
  await new Promise((done) => setTimeout(done, 5));
  assert.deepEqual(sent, [1, 3]);
  assert.equal(queue.running, false);
});

test("a request that is stopped is aborted and leaves the queue free", async () => {
  let ended = 0;
  const queue = new Latest((signal) => new Promise((done, fail) => { signal.addEventListener("abort", () => fail(new DOMException("left", "AbortError"))); }), () => { ended += 1; });
  queue.ask(1);
  await new Promise((done) => setTimeout(done, 1));
  queue.stop();
  await new Promise((done) => setTimeout(done, 5));
  assert.equal(queue.running, false);
  assert.equal(ended, 1);
});

test("what was asked before is not asked again, a refusal is", async () => {
  let asked = 0;
  globalThis.fetch = async () => { asked += 1; return asked === 1 ? answer({ error: "no such case." }, false, 422) : answer({ value: asked }); };
  await assert.rejects(post("/api/x", { a: 1 }), Refused);
  assert.deepEqual(await post("/api/x", { a: 1 }), { value: 2 });
  assert.deepEqual(await post("/api/x", { a: 1 }), { value: 2 });
  assert.equal(asked, 2);
});

test("an answer that is no JSON is one sentence", async () => {
  globalThis.fetch = async () => ({ ok: false, status: 500, json: async () => { throw new SyntaxError("no"); } });
  await assert.rejects(get("/api/state"), /status 500/);
});

test("a view that was left no longer waits", async () => {
  globalThis.fetch = (path, { signal } = {}) => new Promise((done, fail) => { signal.addEventListener("abort", () => fail(new DOMException("left", "AbortError"))); });
  const control = new AbortController();
  const waiting = get("/api/state", { signal: control.signal });
  control.abort();
  await assert.rejects(waiting, { name: "AbortError" });
});
