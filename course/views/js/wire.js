// The store of what is shown, and the wire that keeps the live one up to date.

// ---- store
function emptyStore() {
  return { groups: new Map(), nodes: [], loose: [], events: [], index: -1, time: 0 };
}

// Takes a whole model or a change in; adds what must be drawn again to `dirty`.
function take(store, message, dirty) {
  for (const [key, part] of Object.entries(message.groups ?? {})) {
    if (part === null) {
      store.groups.delete(key);
      dirty.groups.set(key, null);
      continue;
    }
    const group = store.groups.get(key) ?? { head: null, slots: new Map(), why: [] };
    if (part.head) group.head = part.head;
    if (part.why) group.why = part.why;
    for (const [slot, drawn] of Object.entries(part.slots ?? {})) {
      if (drawn === null) group.slots.delete(slot);
      else group.slots.set(slot, drawn);
    }
    if (!group.head) continue;
    store.groups.set(key, group);
    const known = dirty.groups.get(key) ?? new Set();
    for (const slot of Object.keys(part.slots ?? {})) known.add(slot);
    dirty.groups.set(key, known);
  }
  for (const part of ["nodes", "loose", "events"]) {
    if (message[part]) {
      store[part] = message[part];
      dirty[part] = true;
    }
  }
  store.index = message.index;
  store.time = message.time ?? message.now ?? store.time;
}

const clean = () => ({ groups: new Map(), nodes: false, loose: false, events: false });

// ---- wire
// One for each widget model: keeps the live store, and tells the views what to draw.
class Wire {
  constructor(model) {
    this.model = model;
    this.who = Math.random().toString(36).slice(2);
    this.views = new Set();
    this.live = emptyStore();
    this.number = -1;
    this.ahead = 0;
    this.stopped = false;
    this.asked = 0;
    this.line = { began: 0, end: 0, first: 0, last: -1, ticks: [] };
    this.hear = (message) => this.heard(message);
    model.on("msg:custom", this.hear);
    // The kernel was restarted or has died: said until something is heard again.
    model.on("comm_live_update", () => this.alive(false));
    const seed = model.get("seed");
    if (seed?.type === "model") this.heard(seed);
    this.hello();
  }

  hello() {
    clearTimeout(this.again);
    this.again = undefined;
    this.asked = Date.now();
    this.model.send({ type: "hello", who: this.who });
  }

  ask(message) {
    this.model.send(message);
  }

  alive(alive) {
    if (this.stopped === !alive) return;
    this.stopped = !alive;
    for (const view of this.views) view.later();
  }

  heard(message) {
    this.alive(message.type !== "stopped");
    if (message.type === "model") this.whole(message);
    else if (message.type === "change") this.change(message);
    else for (const view of this.views) view.answer(message);
  }

  whole(message) {
    if (message.number < this.number) return; // an older answer that took the longer way
    this.live = emptyStore();
    this.number = message.number;
    this.ahead = message.now - Date.now() / 1000; // the kernel's clock against the browser's
    this.line = message.timeline;
    take(this.live, message, clean());
    this.live.time = message.timeline.end;
    for (const view of this.views) view.renew();
  }

  change(message) {
    if (message.number <= this.number) return;
    if (message.number !== this.number + 1) {
      // Something was missed. Ask for the whole, but not more than once a second.
      this.again ??= setTimeout(() => this.hello(), Math.max(0, this.asked + 1000 - Date.now()));
      return;
    }
    this.number = message.number;
    const dirty = clean();
    take(this.live, message, dirty);
    this.lengthen(message);
    for (const view of this.views) view.changed(dirty, message);
  }

  lengthen(message) {
    const line = this.line;
    if (line.last < 0) line.began = message.received;
    line.end = message.time;
    line.last = message.index;
    const ticks = line.ticks;
    if ((message.time - (ticks.at(-1) ?? -1)) * 200 > line.end - line.began) ticks.push(message.time);
    if (ticks.length > 400) line.ticks = ticks.filter((_, place) => place % 2);
  }

  enter(view) {
    this.views.add(view);
    if (this.slept) this.hello();
    this.slept = false;
  }

  leave(view) {
    this.views.delete(view);
    if (this.views.size) return;
    this.slept = true;
    this.model.send({ type: "sleep", who: this.who });
  }
}
