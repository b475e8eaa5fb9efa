// Requests to this server, and only to it.

export class Refused extends Error {}

const known = new Map();

async function answer(response) {
  if (response.ok) return response.json(); // a body that is cut off, as of a request given up, is no answer
  const data = await response.json().catch(() => ({}));
  throw new Refused(data.error || `the server answered with status ${response.status}.`);
}

export async function get(path, { signal } = {}) {
  return answer(await fetch(path, { signal }));
}

// What was asked before is remembered: the server is deterministic.
export async function post(path, body, { signal, remember = true } = {}) {
  const text = JSON.stringify(body);
  const key = `${path} ${text}`;
  if (known.has(key)) return known.get(key);
  const data = await answer(await fetch(path, {
    method: "POST", headers: { "content-type": "application/json" }, body: text, signal,
  }));
  if (remember) {
    known.set(key, data);
    if (known.size > 200) known.delete(known.keys().next().value);
  }
  return data;
}

// A long computation: server-sent events until its result. Aborting, or leaving the page, ends it on the server.
export async function job(path, body, { signal, progress = () => {} } = {}) {
  const response = await fetch(path, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), signal,
  });
  if (!response.ok) return answer(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Refused("the server stopped before the answer was complete.");
    rest += value;
    let end;
    while ((end = rest.indexOf("\n\n")) >= 0) {
      const lines = rest.slice(0, end).split("\n");
      rest = rest.slice(end + 2);
      const event = (lines.find((line) => line.startsWith("event: ")) || "event: note").slice(7);
      const line = lines.find((item) => item.startsWith("data: "));
      if (!line) continue;
      const data = JSON.parse(line.slice(6));
      if (event === "progress") progress(data.step);
      else if (event === "result") return data;
      else if (event === "error") throw new Refused(data.error);
    }
  }
}

// At most one request of a kind under way; of those asked meanwhile only the latest is sent.
export class Latest {
  constructor(work, done = () => {}) {
    this.work = work;
    this.done = done;
    this.running = false;
    this.waiting = null;
    this.control = null;
  }

  ask(...given) {
    this.waiting = given;
    if (!this.running) this.next();
  }

  stop() {
    this.waiting = null;
    if (this.control) this.control.abort();
  }

  async next() {
    this.running = true;
    while (this.waiting) {
      const given = this.waiting;
      this.waiting = null;
      this.control = new AbortController();
      try {
        await this.work(this.control.signal, ...given);
      } catch (error) {
        if (error.name !== "AbortError") console.error(error);
      }
    }
    this.running = false;
    this.done();
  }
}
