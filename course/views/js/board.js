// The board: brings what changed into the page, once a frame.

class Board {
  constructor(wire, model) {
    this.wire = wire;
    this.recorded = Boolean(model.get("recorded"));
    this.past = null; // the store of a moment in the past, while one is shown
    this.sets = new Map();
    this.dirty = clean();
    this.root = make("div", "lab-board", "", { role: "region", "aria-label": "Board of the cluster" });
    this.root.dataset.lmSuppressShortcuts = "true"; // JupyterLab's keys stay out of it
    this.title = model.get("title");
    this.bar = make("div", "lb-bar");
    this.status = make("span", "lb-status");
    this.buttons = make("span", "lb-buttons");
    this.bar.append(make("h2", "lb-title", this.title || "The cluster"), this.status, this.buttons);
    this.main = make("div", "lb-sets");
    this.nothing = make("p", "lb-soft lb-nothing", "No StatefulSet and no Pod here yet.");
    this.loose = make("div", "lb-loose", "", { role: "group", "aria-label": "Claims without a set" });
    this.nodes = make("ul", "lb-nodes", "", { "aria-label": "Nodes" });
    this.details = new Details(this);
    this.events = make("ul", "lb-events", "", { "aria-label": "Newest events" });
    this.summary = make("div", "lb-sr", "", { "aria-live": "polite", role: "status" });
    this.time = new TimeLine(this);
    const foot = make("div", "lb-foot");
    foot.append(this.nodes, this.time.root, this.events);
    this.root.append(this.bar, this.nothing, this.main, this.loose, this.details.root, foot, this.summary);
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.beat = setInterval(() => this.tick(), 1000);
    wire.enter(this);
    this.renew();
  }

  end() {
    clearInterval(this.beat);
    this.pause();
    this.wire.leave(this);
  }

  get shown() {
    return this.past ?? this.wire.live;
  }

  get line() {
    return this.wire.line;
  }

  // Now, as far as what is shown is concerned: ages are counted from here.
  clock() {
    return this.past || this.recorded ? this.shown.time : Date.now() / 1000 + this.wire.ahead;
  }

  when(time) {
    return moment(time - this.line.began);
  }

  // ---- what comes in
  renew() {
    if (this.past) return this.time.draw();
    this.redrawAll();
  }

  changed(dirty, message) {
    if (this.past) return this.later();
    for (const [key, slots] of dirty.groups) {
      const known = this.dirty.groups.get(key);
      if (slots && known) for (const slot of slots) known.add(slot);
      else this.dirty.groups.set(key, slots && new Set(slots));
    }
    for (const part of ["nodes", "loose", "events"]) this.dirty[part] ||= dirty[part];
    this.received ??= message.received;
    this.later();
  }

  answer(message) {
    if (message.type === "past") {
      this.waits = false;
      if (!this.leftLive) return;
      const store = emptyStore();
      take(store, message, clean());
      this.past = store;
      if (this.recorded) this.wire.line = message.timeline;
      this.redrawAll();
      if (this.next !== undefined) this.seek(this.next);
    } else if (message.type === "details") {
      this.details.draw(message);
    } else if (message.type === "sorry") {
      this.waits = false;
      say(this.summary, message.text);
    }
  }

  redrawAll() {
    this.dirty = { groups: new Map(), nodes: true, loose: true, events: true };
    for (const [key, set] of this.sets) {
      const group = this.shown.groups.get(key);
      this.dirty.groups.set(key, group ? new Set([...group.slots.keys(), ...set.tiles.keys()]) : null);
    }
    for (const [key, group] of this.shown.groups) {
      if (!this.sets.has(key)) this.dirty.groups.set(key, new Set(group.slots.keys()));
    }
    this.later();
  }

  later() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.draw();
    });
  }

  // ---- drawing
  draw() {
    const { shown, dirty } = this;
    this.dirty = clean();
    let count = 0;
    for (const group of shown.groups.values()) count += group.slots.size;
    const crowd = count > CROWD;
    if (crowd !== this.crowd) {
      this.crowd = crowd;
      this.root.classList.toggle("lb-crowd", crowd);
      for (const [key, group] of shown.groups) dirty.groups.set(key, new Set(group.slots.keys()));
    }
    let changed = false;
    for (const [key, slots] of dirty.groups) changed = this.drawSet(key, slots) || changed;
    if (changed) this.order();
    show(this.nothing, shown.groups.size === 0);
    if (dirty.nodes) drawNodes(this);
    if (dirty.loose) drawLoose(this);
    if (dirty.events) drawEvents(this);
    this.drawStatus();
    this.time.draw();
    this.rove();
    this.speak();
    const detail = { index: shown.index, received: this.received, drawn: Date.now() / 1000 };
    this.received = undefined;
    this.root.dataset.index = shown.index;
    this.root.dispatchEvent(new CustomEvent("lab-board-drawn", { detail }));
  }

  // Returns whether a set came or went.
  drawSet(key, slots) {
    const group = this.shown.groups.get(key);
    let set = this.sets.get(key);
    if (!group) {
      set?.root.remove();
      return this.sets.delete(key);
    }
    const isNew = !set;
    if (isNew) {
      set = new SetView(this, key);
      this.sets.set(key, set);
    }
    set.draw(group, slots ?? group.slots.keys(), this.crowd || group.slots.size > DENSE);
    return isNew;
  }

  order() {
    const rank = (set) => (set.group.head.kind === "StatefulSet" ? 0 : 1);
    const byName = (a, b) => a.group.head.name.localeCompare(b.group.head.name, "en", { numeric: true });
    const sorted = [...this.sets.values()].sort((a, b) => rank(a) - rank(b) || byName(a, b));
    sorted.forEach((set, place) => {
      if (this.main.children[place] !== set.root) this.main.insertBefore(set.root, this.main.children[place] ?? null);
    });
  }

  drawStatus() {
    const stopped = this.wire.stopped && !this.recorded;
    const mode = stopped ? "stopped" : this.past ? "past" : this.recorded ? "recorded" : "live";
    this.root.dataset.mode = mode;
    attribute(this.root, "aria-busy", this.waits ? "true" : null);
    const words = { past: `❚❚ at ${this.when(this.shown.time)}`, stopped: "stopped: run the cell again" }[mode] ?? mode;
    say(this.status, words);
  }

  tick() {
    if (document.hidden || this.past) return;
    for (const set of this.sets.values()) {
      for (const tile of set.tiles.values()) if (tile.slot.since) tile.tick();
    }
    if (this.shown.nodes.some((node) => node.since)) drawNodes(this);
  }

  // For a screen reader: what stands now, politely and not too often.
  speak() {
    if (this.spoken) return;
    this.spoken = setTimeout(() => {
      this.spoken = undefined;
      const told = [];
      for (const { head, slots, why } of this.shown.groups.values()) {
        if (told.length > 3) break;
        const odd = [...slots.values()].filter((slot) => !["ready", "done"].includes(slot.state)).slice(0, 3);
        const list = odd.map((slot) => `${slot.name} ${slot.word}`).join(", ");
        told.push(`${head.name}: ${head.ready} of ${head.desired} ready${list ? `; ${list}` : ""}. ${why[0]?.text ?? ""}`);
      }
      say(this.summary, told.join(" "));
    }, 2500);
  }

  // ---- keyboard: one stop for Tab, arrows from tile to tile
  rove(tile) {
    const wanted = tile ?? (this.stop?.isConnected ? this.stop : this.root.querySelector(".lb-tile"));
    if (!wanted || wanted === this.stop) return;
    if (this.stop) this.stop.tabIndex = -1;
    wanted.tabIndex = 0;
    this.stop = wanted;
  }

  focus() {
    (this.stop?.isConnected ? this.stop : this.root.querySelector("button")).focus();
  }

  focusNear(tile) {
    const item = tile.closest("li");
    const near = item.previousElementSibling ?? item.nextElementSibling;
    near?.querySelector(".lb-tile")?.focus();
  }

  key(event) {
    // Below a cell, JupyterLab would take the arrows for going to another cell.
    if (event.target === this.time.range && event.key.startsWith("Arrow")) event.stopPropagation();
    const tile = event.target.closest?.(".lb-tile");
    if (!tile) return;
    const sets = [...this.main.children].map((one) => [...one.querySelectorAll(".lb-tile:not(.lb-ghost)")]);
    const row = sets.findIndex((tiles) => tiles.includes(tile));
    const place = sets[row]?.indexOf(tile);
    const near = (by) => {
      const tiles = sets[row + by];
      return tiles?.[Math.min(place, tiles.length - 1)];
    };
    const moves = {
      ArrowRight: () => sets[row][place + 1],
      ArrowLeft: () => sets[row][place - 1],
      ArrowDown: () => near(1),
      ArrowUp: () => near(-1),
      Home: () => sets[row][0],
      End: () => sets[row].at(-1),
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    moves[event.key]()?.focus();
  }

  // ---- time
  // One request at a time; while it is on its way only the newest wish is kept.
  seek(message) {
    this.leftLive = true;
    this.next = undefined;
    if (this.waits) {
      this.next = message;
      return;
    }
    this.waits = true;
    attribute(this.root, "aria-busy", "true");
    this.wire.ask(message);
  }

  drag(place) {
    this.dragging = true; // first: what is drawn from now on leaves the handle to the hand
    this.pause();
    if (place >= 1 && !this.recorded) return this.goLive();
    const { began, end } = this.line;
    this.seek({ type: "at", time: began + (end - began) * place });
  }

  step(by) {
    this.dragging = false;
    if (by > 0 && !this.past) return;
    if (by > 0 && this.shown.index >= this.line.last) return this.pause(), this.goLive();
    this.seek({ type: "step", index: this.shown.index, by });
  }

  play() {
    if (this.playing) return this.pause();
    if (!this.past) this.seek({ type: "at", time: this.line.began });
    this.playing = setInterval(() => this.step(1), 450);
    this.time.draw();
  }

  pause() {
    clearInterval(this.playing);
    this.playing = undefined;
    this.time.draw();
  }

  goLive() {
    this.pause();
    this.leftLive = false;
    this.waits = false;
    this.next = undefined;
    this.dragging = false;
    this.past = null;
    this.redrawAll();
  }
}
