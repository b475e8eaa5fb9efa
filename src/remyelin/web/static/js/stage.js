// One view at a time, in one state: loading, shown, failed or left. What a view was left for no longer draws.

export class Stage {
  // `tell(state, error)` hears of every change.
  constructor(tell = () => {}) {
    this.tell = tell;
    this.turn = 0;
    this.state = "left";
    this.stop = () => {};
    this.control = null;
  }

  // Opens a view: `work(signal)` builds it and returns what ends it. Resolves to the state it came to.
  async enter(work) {
    this.leave();
    const mine = this.turn;
    this.control = new AbortController();
    this.become("loading");
    let stop;
    try {
      stop = await work(this.control.signal);
    } catch (error) {
      if (mine !== this.turn) return "left";
      this.become("failed", error);
      return "failed";
    }
    if (mine !== this.turn) {
      // it came too late: another view is open
      stop?.();
      return "left";
    }
    this.stop = stop || (() => {});
    this.become("shown");
    return "shown";
  }

  // Ends what the view has under way.
  leave() {
    this.turn += 1;
    this.control?.abort();
    this.control = null;
    const { stop } = this;
    this.stop = () => {};
    stop();
    if (this.state !== "left") this.become("left");
  }

  become(state, error) {
    this.state = state;
    this.tell(state, error);
  }
}
