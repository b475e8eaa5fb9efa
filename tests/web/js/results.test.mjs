// Functions of the view of results that need no page: rows from text and back, bands, words.
import assert from "node:assert/strict";
import test from "node:test";

globalThis.matchMedia = () => ({ matches: false });
globalThis.document = { documentElement: {}, addEventListener() {}, getElementById: () => null };
globalThis.addEventListener = () => {};
const { at, csv, inWords, rowsOf, soon } = await import(process.env.RESULTS_JS);

test("rows are read from commas, semicolons and tabs, with quotes, without the header and comments", () => {
  const want = ["0 d", "lab", "b12", "140", "pg/mL", "first, of two"];
  for (const mark of [",", "\t"]) {
    const line = want.map((cell) => (cell.includes(mark) ? `"${cell}"` : cell)).join(mark);
    assert.deepEqual(rowsOf(`# note\nwhen,kind,name,value,unit,note\n${line}\n\n`), [want]);
  }
  assert.deepEqual(rowsOf("0 d;lab;b12;140;pg/mL"), [["0 d", "lab", "b12", "140", "pg/mL", ""]]);
});

test("text of rows reads back to the same rows", () => {
  const rows = [["-5 mo", "symptom", "paraesthesia", "began", "", 'feet, "both"'], ["", "person", "age", "68", "y", ""]];
  assert.deepEqual(rowsOf(csv(rows)), rows);
  assert.equal(csv([["", "", "", "", "", ""]]).trim().split("\n").length, 1);
});

test("a band is read at the nearest date, at the last one without a date, and within the scale", () => {
  const scale = { months: [0, 6, 12], median: [4, 2, 1], low: [-0.3, 0, 0], high: [9, 17, 3] };
  assert.deepEqual(at(scale, 7), { median: 2, low: 0, high: 16 });
  assert.deepEqual(at(scale), { median: 1, low: 0, high: 3 });
  assert.equal(at(scale, 0).low, 0);
});

test("more points are never a milder word", () => {
  const order = [];
  for (let points = 0; points <= 16; points += 0.5) if (!order.includes(inWords(points))) order.push(inWords(points));
  assert.equal(order.length, 5);
  assert.ok(order[0].startsWith("no disability"));
});

test("months to the first improvement say who never sees one, and whether anybody does", () => {
  assert.equal(soon({ median: 1.5, low: 0.5, high: 12 }), "after 1.5 months (0.5 to 12)");
  assert.equal(soon({ median: 1.5, low: 0.5, high: null }), "after 1.5 months (0.5 to never)");
  assert.equal(soon({ median: null, low: 3, high: null }), "not seen");
});
