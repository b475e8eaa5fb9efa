// Functions of the view of results that need no page: rows from text and back, sentences.
import assert from "node:assert/strict";
import test from "node:test";

globalThis.matchMedia = () => ({ matches: false });
globalThis.document = { documentElement: {}, addEventListener() {}, getElementById: () => null };
globalThis.addEventListener = () => {};
const { csv, dated, rowsOf, said, whenCode, whenWords } = await import(process.env.RESULTS_JS);

test("rows are read from commas, semicolons and tabs, with quotes, without the header and comments", () => {
  const want = ["0 d", "lab", "b12", "140", "pg/mL", "first, of two"];
  for (const mark of [",", "\t"]) {
    const line = want.map((cell) => (cell.includes(mark) ? `"${cell}"` : cell)).join(mark);
    assert.deepEqual(rowsOf(`# note\nwhen,kind,name,value,unit,note\n${line}\n\n`), [want]);
  }
  assert.deepEqual(rowsOf("0 d;lab;b12;140;pg/mL"), [["0 d", "lab", "b12", "140", "pg/mL", ""]]);
});

test("a header may have other headings, another order, and a comma as the decimal mark", () => {
  const headings = { when: "when", date: "when", kind: "kind", name: "name", value: "value", result: "value", unit: "unit", note: "note" };
  const text = "\ufeffname;kind;Date;Result;unit\nhaemoglobin;lab;2025-03-14;9,8;g/dL\nage;person;;68;y\n";
  assert.deepEqual(rowsOf(text, headings), [["2025-03-14", "lab", "haemoglobin", "9.8", "g/dL", ""], ["", "person", "age", "68", "y", ""]]);
  assert.deepEqual(rowsOf("0 d,lab,b12,140\nname,kind,Date,Result\n", headings).length, 2);
});

test("text of rows reads back to the same rows", () => {
  const rows = [["-5 mo", "symptom", "paraesthesia", "began", "", 'feet, "both"'], ["", "person", "age", "68", "y", ""]];
  assert.deepEqual(rowsOf(csv(rows)), rows);
  assert.equal(csv([["", "", "", "", "", ""]]).trim().split("\n").length, 1);
});

test("sentences of a part keep the order of the server", () => {
  const found = { sentences: [{ place: "head", text: "a" }, { place: "forecast", text: "b" }, { place: "rests", text: "c" }, { place: "forecast", text: "d" }] };
  assert.deepEqual(said(found, "forecast").map((item) => item.text), ["b", "d"]);
  assert.deepEqual(said(found, "entries"), []);
});

test("offsets are shown in words and either form is understood", () => {
  for (const [code, words] of [["-5 mo", "5 months before"], ["3 mo", "3 months after"], ["1 y", "1 year after"], ["-2 wk", "2 weeks before"], ["0 d", "day 0"]]) {
    assert.equal(whenWords(code), words);
    assert.equal(whenCode(words), code);
    assert.equal(whenCode(code), code);
  }
  assert.equal(whenWords("2025-03-14"), "2025-03-14");
  assert.equal(whenCode("2025-03-14"), "2025-03-14");
  assert.equal(whenCode("in spring"), "in spring");
});

test("rows stand in order of date, those without one first, those of one day as they were written", () => {
  const order = (...whens) => dated(whens.map((when, i) => [when, String(i)])).map((row) => row.join(" "));
  assert.deepEqual(order("0 d", "", "-5 mo", "3 wk", "0 d", "-2 y"), [" 1", "-2 y 5", "-5 mo 2", "0 d 0", "0 d 4", "3 wk 3"]);
  assert.deepEqual(order("2025-03-14", "2024-10-10", ""), [" 2", "2024-10-10 1", "2025-03-14 0"]);
  // what cannot be compared stays
  assert.deepEqual(order("2025-03-14", "-5 mo"), ["2025-03-14 0", "-5 mo 1"]);
  assert.deepEqual(order("0 d", "last spring", "-5 mo"), ["0 d 0", "last spring 1", "-5 mo 2"]);
});
