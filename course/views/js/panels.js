// The time line, and the details of one object.

// ---- time line
class TimeLine {
  constructor(board) {
    this.board = board;
    this.root = make("div", "lb-time", "", { role: "group", "aria-label": "Time line" });
    this.back = button("lb-icon", "One step back", () => board.step(-1), "◀");
    this.on = button("lb-icon", "One step on", () => board.step(1), "▶");
    this.play = button("lb-icon", "Play", () => board.play());
    this.rail = make("div", "lb-rail");
    this.ticks = make("div", "lb-ticks", "", { "aria-hidden": "true" });
    this.range = make("input", "", "", { type: "range", min: 0, max: 1000, step: 1, "aria-label": "Moment" });
    this.range.addEventListener("input", () => board.drag(this.range.value / 1000));
    this.rail.append(this.ticks, this.range);
    this.out = make("output", "lb-mono lb-now");
    this.live = button("lb-go-live", "Back to live", () => board.goLive());
    this.root.append(this.back, this.on, this.play, this.rail, this.out, this.live);
  }

  draw() {
    const { began, end, ticks } = this.board.line;
    const wide = Math.max(end - began, 0.001);
    const past = this.board.past;
    const place = past ? (this.board.shown.time - began) / wide : 1;
    if (document.activeElement !== this.range || !this.board.dragging) {
      this.range.value = Math.round(Math.min(1, Math.max(0, place)) * 1000);
    }
    const time = moment((past ? this.board.shown.time : end) - began);
    say(this.out, past ? time : "now");
    attribute(this.range, "aria-valuetext", past ? time : "now, live");
    // Where the focus is when the button goes, the handle is next to it.
    if (!past && document.activeElement === this.live) this.range.focus();
    show(this.live, past && !this.board.recorded);
    show(this.out, !past || this.board.recorded);
    say(this.play, this.board.playing ? "Pause" : "Play");
    this.play.title = this.play.textContent;
    this.drawTicks(ticks.map((tick) => Math.round(((tick - began) / wide) * 400)));
  }

  drawTicks(places) {
    const wanted = [...new Set(places)];
    const have = this.ticks.children;
    while (have.length > wanted.length) have[have.length - 1].remove();
    while (have.length < wanted.length) this.ticks.append(make("i"));
    wanted.forEach((place, at) => {
      const left = `${place / 4}%`;
      if (have[at].style.left !== left) have[at].style.left = left;
    });
  }
}

// ---- details
class Details {
  constructor(board) {
    this.board = board;
    this.root = make("section", "lb-details", "", { "aria-label": "Details", tabindex: "-1" });
    this.root.hidden = true;
    this.title = make("h4");
    this.close = button("lb-icon", "Close the details", () => this.shut(), "✕");
    this.tabs = make("div", "lb-tabs", "", { role: "group", "aria-label": "Objects of this slot" });
    this.body = make("div", "lb-detail-body");
    const head = make("div", "lb-head");
    head.append(this.title, this.close);
    this.root.append(head, this.tabs, this.body);
    this.root.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.shut();
    });
  }

  open(groupKey, slotKey) {
    const group = this.board.shown.groups.get(groupKey);
    const slot = group?.slots.get(slotKey);
    if (!slot) return;
    this.from = [groupKey, slotKey];
    const objects = slot.uid ? [["Pod", slot.name]] : [];
    for (const claim of slot.claims) objects.push(["PersistentVolumeClaim", claim.name]);
    if (group.head.kind === "StatefulSet") objects.push(["StatefulSet", group.head.name]);
    say(this.title, `${slot.name}: ${slot.state === "notready" ? "Running, not Ready" : slot.word}`);
    this.tabs.replaceChildren(
      ...objects.map(([kind, name]) => button("lb-tab", `${kind} ${name}`, () => this.ask(kind, name))),
    );
    this.root.hidden = false;
    this.root.focus({ preventScroll: true });
    this.root.scrollIntoView({ block: "nearest", behavior: still() ? "auto" : "smooth" });
    this.ask(...objects[0]);
  }

  ask(kind, name) {
    this.wanted = `${kind} ${name}`;
    for (const tab of this.tabs.children) attribute(tab, "aria-pressed", tab.textContent === this.wanted);
    this.body.replaceChildren(make("p", "lb-soft", "asking the kernel …"));
    const index = this.board.past ? this.board.shown.index : null;
    this.board.wire.ask({ type: "details", kind, name, index });
  }

  draw(message) {
    if (this.root.hidden || `${message.kind} ${message.name}` !== this.wanted) return;
    const parts = [command(message.command)];
    if (!message.found) parts.push(make("p", "", "It is not there at this moment."));
    if (message.gone) parts.push(make("p", "lb-soft", `Deleted at ${this.board.when(message.gone)}. Its last state:`));
    parts.push(make("h5", "", "Events"), this.events(message.events));
    if (message.found) {
      parts.push(make("h5", "", "YAML"));
      parts.push(make("pre", "lb-yaml", message.yaml, { tabindex: "0", "aria-label": "YAML" }));
    }
    this.body.replaceChildren(...parts);
  }

  events(events) {
    if (!events.length) return make("p", "lb-soft", "None.");
    const list = make("ul", "lb-events");
    list.append(...events.map((event) => eventLine(this.board, event)));
    return list;
  }

  shut() {
    this.root.hidden = true;
    const [groupKey, slotKey] = this.from ?? [];
    this.board.sets.get(groupKey)?.tiles.get(slotKey)?.tile.focus();
  }
}
