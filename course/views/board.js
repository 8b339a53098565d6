// The board's drawing. No framework: a store of plain objects, and elements that are made once
// and then only altered. Data reaches the page as text alone, never as HTML.
//
// Sections: words, elements, store, wire, tiles, sets, time line, details, board, dock, recording.

// ---------------------------------------------------------------- words
const DENSE = 12; // a set with more slots than this is drawn small
const CROWD = 80; // and so is everything when there are more slots than this
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const COLOURS = 6; // as many as the style sheet has; then they begin again, the letter goes on
const KIND = { StatefulSet: "StatefulSet", Deployment: "Deployment", Pods: "Pods" };
const SVG = "http://www.w3.org/2000/svg";
// Shape and colour both tell the state: a colour alone would leave some people out.
const GLYPHS = {
  ready: ["M6 .7a5.3 5.3 0 1 0 0 10.6A5.3 5.3 0 0 0 6 .7Z", "M3.4 6.2l1.9 1.9 3.4-4"],
  notready: ["M6 1a5 5 0 1 0 0 10V1Z", "M6 1a5 5 0 0 1 0 10"],
  pending: ["", "M6 1.2a4.8 4.8 0 1 0 0 9.6a4.8 4.8 0 0 0 0-9.6"],
  creating: ["M6 6V1.2A4.8 4.8 0 0 1 10.8 6Z", "M6 1.2a4.8 4.8 0 1 0 0 9.6a4.8 4.8 0 0 0 0-9.6"],
  failed: ["M3.6 .8h4.8l2.8 2.8v4.8l-2.8 2.8H3.6L.8 8.4V3.6Z", "M4 4l4 4M8 4l-4 4"],
  terminating: ["", "M6 1.2a4.8 4.8 0 1 0 0 9.6a4.8 4.8 0 0 0 0-9.6"],
  unknown: ["", "M.8 .8h10.4v10.4H.8ZM4.2 4.6a1.8 1.8 0 1 1 2.7 1.5q-.9.5-.9 1.2M6 9.2v.1"],
  done: ["", "M2 6.2l2.8 2.8 5.2-6"],
  empty: ["", "M3 6h6"],
  away: ["", "M3 6h6"],
};

const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
const letter = (colour) => LETTERS[colour % LETTERS.length];

function age(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 100) return `${s} s`;
  return s < 6000 ? `${Math.round(s / 60)} min` : `${Math.round(s / 3600)} h`;
}

function moment(seconds) {
  const s = Math.max(0, seconds);
  if (s < 600) return `+${s.toFixed(1)} s`;
  const clock = [Math.floor(s / 3600), Math.floor(s / 60) % 60, Math.floor(s) % 60];
  return `+${clock.map((part) => String(part).padStart(2, "0")).join(":")}`;
}

// ---------------------------------------------------------------- elements
function make(tag, className = "", text = "", attributes = {}) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== "") element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function attribute(element, name, value) {
  if (value === null || value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

function show(element, visible) {
  element.hidden = !visible;
}

function button(className, label, act, text = label) {
  const made = make("button", className, text, { type: "button" });
  if (text !== label) made.setAttribute("aria-label", label);
  made.title = label;
  made.addEventListener("click", act);
  return made;
}

function glyph() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 12 12");
  svg.setAttribute("class", "lb-glyph");
  svg.setAttribute("aria-hidden", "true");
  for (const part of ["fill", "line"]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", part);
    svg.append(path);
  }
  return svg;
}

function drawGlyph(svg, state) {
  const [fill, line] = GLYPHS[state] ?? GLYPHS.unknown;
  attribute(svg.firstChild, "d", fill);
  attribute(svg.lastChild, "d", line);
}

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Restarts a short animation that says "this one changed".
function pulse(element, className) {
  if (still()) return;
  element.classList.remove(className);
  requestAnimationFrame(() => element.classList.add(className));
}

async function copy(text, from) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea", "lb-sr", text); // no clipboard without https: the old way
    from.after(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    from.focus();
  }
  const before = from.textContent;
  from.textContent = "copied";
  setTimeout(() => (from.textContent = before), 1200);
}

function command(text) {
  const line = make("div", "lb-command");
  const code = make("code", "", text);
  const copier = button("lb-copy", `Copy: ${text}`, () => copy(code.textContent, copier), "copy");
  line.append(code, copier);
  return line;
}

// ---------------------------------------------------------------- store
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

// ---------------------------------------------------------------- wire
// One for each widget model: keeps the live store, and tells the views what to draw.
class Wire {
  constructor(model) {
    this.model = model;
    this.who = Math.random().toString(36).slice(2);
    this.views = new Set();
    this.live = emptyStore();
    this.number = -1;
    this.ahead = 0;
    this.asked = 0;
    this.line = { began: 0, end: 0, first: 0, last: -1, ticks: [] };
    this.hear = (message) => this.heard(message);
    model.on("msg:custom", this.hear);
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

  heard(message) {
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

// ---------------------------------------------------------------- tiles
function describe(slot, head) {
  const parts = [slot.name];
  if (slot.ordinal !== null) parts.push(`ordinal ${slot.ordinal}`);
  parts.push(slot.state === "notready" ? "running but not ready" : slot.word);
  if (slot.revision) parts.push(`revision ${letter(slot.colour)} ${slot.revision}`);
  if (slot.node) parts.push(`on node ${slot.node}`);
  if (slot.restarts) parts.push(plural(slot.restarts, "restart"));
  for (const claim of slot.claims) {
    parts.push(`claim ${claim.name} ${claim.phase}${claim.left ? ", left over" : ""}`);
  }
  if (head.partition && slot.ordinal !== null) {
    parts.push(slot.ordinal < head.partition ? "held back by the partition" : "beyond the partition");
  }
  return parts.join(", ");
}

class Tile {
  constructor(view, key, slot, dense) {
    this.view = view;
    this.key = key;
    this.dense = dense;
    this.item = make("li", "lb-slot");
    this.ordinal = make("div", "lb-ordinal", "", { "aria-hidden": "true" });
    this.tile = make("button", "lb-tile", "", { type: "button", tabindex: "-1" });
    this.tile.addEventListener("click", () => view.board.details.open(view.key, this.key));
    this.tile.addEventListener("focus", () => view.board.rove(this.tile));
    this.glyph = glyph();
    this.word = make("span", "lb-word");
    this.state = make("span", "lb-state");
    this.state.append(this.glyph, this.word);
    this.name = make("span", "lb-name");
    this.badge = make("span", "lb-badge");
    this.tile.append(this.name, this.state);
    this.claims = make("div", "lb-claims");
    if (dense) {
      this.tile.append(this.badge);
    } else {
      this.note = make("span", "lb-small lb-brief");
      this.lines = ["node", "ip", "age"].map((one) => make("span", `lb-small lb-line-${one}`));
      this.tile.append(this.note, ...this.lines, this.badge);
      this.dns = make("div", "lb-dns");
    }
    this.item.append(this.ordinal, this.tile, ...(dense ? [] : [this.dns]), this.claims);
    this.draw(slot, view.group.head, true);
  }

  draw(slot, head, first = false) {
    const before = this.slot;
    this.slot = slot;
    const came = !first && before.uid !== slot.uid;
    if (came && before.uid && !this.dense) this.ghost();
    this.item.dataset.state = slot.state;
    attribute(this.item, "data-colour", slot.colour === undefined ? null : slot.colour % COLOURS);
    drawGlyph(this.glyph, slot.state);
    say(this.word, slot.word);
    say(this.name, slot.role ? `${slot.name} · ${slot.role}` : slot.name);
    say(this.ordinal, slot.ordinal === null ? "" : String(slot.ordinal));
    say(this.badge, slot.revision ? letter(slot.colour) : "");
    attribute(this.tile, "aria-label", describe(slot, head));
    if (this.dense) {
      attribute(this.tile, "title", `${slot.name}: ${slot.word}`);
      say(this.name, slot.ordinal === null ? slot.name.split("-").at(-1) : String(slot.ordinal));
    } else {
      this.drawLines(slot);
    }
    this.drawNote();
    this.drawClaims(slot);
    if (came || first) pulse(this.tile, "lb-came");
    else if (before.state !== slot.state) pulse(this.tile, "lb-turned");
  }

  drawLines(slot) {
    say(this.lines[0], slot.node ?? "");
    say(this.lines[1], slot.ip ?? "");
    this.tick();
    say(this.dns, slot.dns ?? "");
    this.dns.classList.toggle("lb-off", !slot.resolves);
    attribute(this.dns, "title", slot.dns ? (slot.resolves ? "resolves" : "does not resolve now") : null);
  }

  drawNote() {
    const reason = this.view.group.why.find((one) => one.about === this.slot.name);
    if (this.note) say(this.note, reason?.brief ?? "");
  }

  // What grows with time: how long the Pod has been so.
  tick() {
    const slot = this.slot;
    if (this.dense) return;
    let note = slot.restarts ? `${plural(slot.restarts, "restart")}: ${slot.restarted || "unknown"}` : "";
    if (slot.since) note = `for ${age(this.view.board.clock() - slot.since)}${note ? `, ${note}` : ""}`;
    say(this.lines[2], slot.state === "empty" || slot.state === "away" ? "" : note);
  }

  drawClaims(slot) {
    const old = [...this.claims.children];
    slot.claims.forEach((claim, place) => {
      const disk = old[place] ?? this.disk();
      const mark = claim.left ? "left over" : claim.going ? "being deleted" : "";
      disk.dataset.left = claim.left;
      disk.dataset.bound = claim.phase === "Bound";
      attribute(disk, "title", `${claim.name}, ${claim.size} ${claim.phase}, ${claim.volume || "no volume"}`);
      if (!this.dense) {
        const [name, size, kept] = disk.lastChild.children;
        say(name, claim.name);
        say(size, `${claim.size} · ${claim.phase}`);
        say(kept, mark);
      }
    });
    old.slice(slot.claims.length).forEach((disk) => disk.remove());
  }

  disk() {
    const disk = make("div", "lb-disk");
    if (!this.dense) {
      const body = make("div", "lb-drum");
      body.append(make("span", "lb-mono"), make("span", "lb-small"), make("span", "lb-left"));
      disk.append(make("div", "lb-cord"), body);
    }
    this.claims.append(disk);
    return disk;
  }

  // The Pod that went fades out of its slot, over the one that comes.
  ghost() {
    if (still()) return;
    const ghost = this.tile.cloneNode(true);
    ghost.className = "lb-tile lb-ghost";
    ghost.tabIndex = -1;
    ghost.setAttribute("aria-hidden", "true");
    ghost.inert = true;
    ghost.style.top = `${this.tile.offsetTop}px`;
    this.item.append(ghost);
    setTimeout(() => ghost.remove(), 700);
  }
}

// ---------------------------------------------------------------- sets
class SetView {
  constructor(board, key) {
    this.board = board;
    this.key = key;
    this.tiles = new Map();
    this.root = make("section", "lb-set");
    const head = make("div", "lb-head");
    this.name = make("h3", "lb-set-name");
    this.kind = make("span", "lb-soft");
    head.append(this.name, this.kind);
    this.counts = make("div", "lb-counts");
    this.slots = make("ol", "lb-slots");
    this.partition = make("div", "lb-partition");
    this.partition.append(make("span"));
    this.reasons = make("div", "lb-reasons");
    this.root.append(head, this.counts, this.slots, this.reasons);
  }

  get order() {
    const keys = [...this.group.slots.keys()];
    return keys.sort((a, b) => a - b || a.localeCompare(b));
  }

  draw(group, slots, dense) {
    this.group = group;
    const head = group.head;
    this.drawHead(head);
    const rebuild = dense !== this.dense;
    if (rebuild) {
      this.dense = dense;
      this.root.classList.toggle("lb-dense", dense);
      this.tiles.forEach((tile) => tile.item.remove());
      this.tiles.clear();
      this.shape = "";
    }
    for (const key of rebuild ? group.slots.keys() : slots) {
      const slot = group.slots.get(key);
      const tile = this.tiles.get(key);
      if (slot && tile) tile.draw(slot, head);
      else if (slot) this.tiles.set(key, new Tile(this, key, slot, dense));
      else if (tile) this.drop(key, tile);
    }
    this.place(head);
    this.drawReasons(group.why);
  }

  drop(key, tile) {
    this.tiles.delete(key);
    if (tile.tile === document.activeElement) this.board.focusNear(tile.tile);
    tile.item.remove();
  }

  place(head) {
    const order = this.order;
    const parted = head.partition > 0 && order.some((key) => Number(key) < head.partition);
    const shape = `${order.join()}|${parted ? head.partition : ""}`;
    if (shape === this.shape) return;
    this.shape = shape;
    let next = this.slots.firstChild;
    for (const key of order) {
      const { item } = this.tiles.get(key);
      if (item === next) next = next.nextSibling;
      else this.slots.insertBefore(item, next);
    }
    this.slots.style.setProperty("--slots", Math.max(order.length, 1));
    this.slots.classList.toggle("lb-parted", parted);
    const first = parted && order.find((key) => Number(key) >= head.partition);
    if (!parted) this.partition.remove();
    else if (first) this.tiles.get(first).item.append(this.partition);
    else this.slots.lastChild.append(this.partition); // beyond the last: everything is held back
    this.partition.classList.toggle("lb-beyond", parted && !first);
    say(this.partition.firstChild, `partition ${head.partition}: ${first ? "updates from here on" : "no updates"}`);
  }

  drawHead(head) {
    if (head === this.head) return;
    this.head = head;
    say(this.name, head.name);
    const where = [KIND[head.kind] ?? head.kind];
    if (head.namespace !== this.board.title) where.push(head.namespace);
    if (head.policy === "Parallel") where.push("Parallel");
    if (head.strategy === "OnDelete") where.push("OnDelete");
    if (head.gone) where.push("deleted");
    else if (head.going) where.push("being deleted");
    say(this.kind, where.filter(Boolean).join(" · "));
    attribute(this.slots, "aria-label", `Pods of ${head.name}; arrow keys move between them`);
    attribute(this.root, "aria-label", `${head.kind} ${head.name}`);
    this.counts.replaceChildren(...this.facts(head));
  }

  facts(head) {
    const fact = (count, of, words) => {
      const line = make("span");
      line.append(make("strong", "", String(count)), of === null ? " " : " of ");
      if (of !== null) line.append(make("strong", "", String(of)), " ");
      line.append(words);
      return line;
    };
    if (head.kind !== "StatefulSet") return [fact(head.ready, head.desired, "ready")];
    const facts = [fact(head.ready, head.desired, "ready")];
    if (head.current !== head.desired) facts.push(fact(head.current, null, head.current === 1 ? "Pod" : "Pods"));
    if (head.revisions.length && !head.gone) facts.push(fact(head.updated, head.desired, "at the update revision"));
    for (const revision of head.revisions) {
      const chip = make("span", "lb-chip", "", { title: revision.name });
      chip.dataset.colour = revision.colour % COLOURS;
      chip.append(make("i", "lb-swatch", letter(revision.colour)), make("code", "", revision.short));
      chip.append(make("span", "", [revision.role, revision.image && `(${revision.image})`].filter(Boolean).join(" ")));
      facts.push(chip);
    }
    if (head.hidden) facts.push(fact(head.hidden, null, "more slots are not drawn"));
    return facts;
  }

  drawReasons(reasons) {
    const shape = JSON.stringify(reasons);
    if (shape === this.told) return;
    this.told = shape;
    for (const tile of this.tiles.values()) tile.drawNote();
    this.reasons.replaceChildren(
      ...reasons.filter((reason) => !reason.quiet).map((reason) => {
        const box = make("div", "lb-why");
        box.dataset.level = reason.level;
        box.append(make("p", "", reason.text), command(reason.command));
        return box;
      }),
    );
  }
}

// ---------------------------------------------------------------- time line
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
    show(this.live, past && !this.board.recorded);
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

// ---------------------------------------------------------------- details
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
    list.append(...events.map((event) => this.board.eventLine(event)));
    return list;
  }

  shut() {
    this.root.hidden = true;
    const [groupKey, slotKey] = this.from ?? [];
    this.board.sets.get(groupKey)?.tiles.get(slotKey)?.tile.focus();
  }
}

// ---------------------------------------------------------------- board
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
    if (dirty.nodes) this.drawNodes();
    if (dirty.loose) this.drawLoose();
    if (dirty.events) this.drawEvents();
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
    const past = Boolean(this.past);
    const where = this.when(this.shown.time);
    const words = past ? `❚❚ at ${where}` : this.recorded ? "recorded" : "live";
    this.root.dataset.mode = past ? "past" : this.recorded ? "recorded" : "live";
    say(this.status, words);
  }

  drawNodes() {
    this.nodes.replaceChildren(
      ...this.shown.nodes.map((node) => {
        const item = make("li", "lb-node", "", { title: node.taints.join(", ") || "no taints" });
        item.dataset.ready = node.ready;
        const mark = glyph();
        drawGlyph(mark, node.ready ? "ready" : "unknown");
        const since = node.since ? ` for ${age(this.clock() - node.since)}` : "";
        item.append(mark, make("b", "", node.name), ` ${node.word}${since} · ${plural(node.pods, "Pod")}`);
        return item;
      }),
    );
  }

  drawLoose() {
    const claims = this.shown.loose;
    show(this.loose, claims.length > 0);
    this.loose.replaceChildren(
      make("b", "", "Claims without a Pod and without a set: "),
      ...claims.slice(0, 20).map((claim) => make("span", "lb-loose-claim lb-mono", `${claim.name} ${claim.size} ${claim.phase}`)),
      claims.length > 20 ? make("span", "", `and ${claims.length - 20} more`) : "",
    );
  }

  drawEvents() {
    const newest = this.shown.events.slice(-4).reverse();
    this.events.replaceChildren(...newest.map((event) => this.eventLine(event)));
  }

  eventLine(event) {
    const line = make("li", event.warning ? "lb-warning" : "");
    const time = event.time === null ? "" : this.when(event.time);
    const again = event.count > 1 ? ` (${event.count} times)` : "";
    line.append(make("span", "lb-mono lb-stamp", time), make("b", "", event.about));
    line.append(make("span", "", `${event.warning ? "Warning: " : ""}${event.text || event.reason}${again}`));
    return line;
  }

  tick() {
    if (document.hidden || this.past) return;
    for (const set of this.sets.values()) {
      for (const tile of set.tiles.values()) if (tile.slot.since) tile.tick();
    }
    if (this.shown.nodes.some((node) => node.since)) this.drawNodes();
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

  focusNear(tile) {
    const item = tile.closest("li");
    const near = item.previousElementSibling ?? item.nextElementSibling;
    near?.querySelector(".lb-tile")?.focus();
  }

  key(event) {
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
    this.wire.ask(message);
  }

  drag(place) {
    this.pause();
    this.dragging = true;
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

// ---------------------------------------------------------------- dock
// Beside the notebook in JupyterLab, without an extension: a fixed panel at the right edge, for
// which JupyterLab's own main area is made narrower, so that no text is covered.
const WIDTH = 460;
const docks = new Map(); // the notebook's panel to its dock: one board a notebook

class Dock {
  constructor(board, home) {
    this.board = board;
    this.home = home;
    this.panel = make("aside", "lb-dock", "", { "aria-label": "Docked board" });
    this.grip = make("div", "lb-grip", "", {
      role: "separator",
      tabindex: "0",
      "aria-orientation": "vertical",
      "aria-label": "Width of the board",
      "aria-valuemin": 280,
      "aria-valuemax": 1200,
    });
    this.panel.append(this.grip);
    this.note = make("p", "lb-note");
    this.note.append("The board stands beside the notebook. ", button("lb-text", "Show it here", () => this.close()));
    this.toggle = button("lb-text", "Dock beside", () => (this.isOpen ? this.close() : this.open()));
    board.buttons.append(this.toggle);
    this.grip.addEventListener("pointerdown", (event) => this.drag(event));
    this.grip.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: 32, ArrowRight: -32 }[event.key];
      if (by) this.resize(this.width + by);
    });
    this.fit = () => this.isOpen && this.lay();
  }

  get isOpen() {
    return this.panel.isConnected;
  }

  open() {
    this.notebook = this.home.closest(".jp-NotebookPanel");
    this.shell = document.getElementById("main");
    if (!this.notebook || !this.shell || innerWidth < 700) return false;
    docks.get(this.notebook)?.close();
    docks.set(this.notebook, this);
    this.panel.append(this.board.root);
    this.home.append(this.note);
    document.body.append(this.panel);
    say(this.toggle, "Show below the cell");
    this.toggle.title = "Show below the cell";
    this.watch = new MutationObserver(() => this.lay());
    this.watch.observe(this.notebook, { attributes: true, attributeFilter: ["class"] });
    addEventListener("resize", this.fit);
    this.resize(Math.min(WIDTH, innerWidth * 0.42));
    return true;
  }

  // The panel goes with its notebook: hidden when another tab is in front, closed with it.
  lay() {
    if (!this.notebook.isConnected) return this.close();
    const front = !this.notebook.classList.contains("lm-mod-hidden");
    this.panel.hidden = !front;
    const right = front ? `${this.width}px` : "0px";
    if (this.shell.style.right === right) return undefined;
    this.shell.style.right = right;
    dispatchEvent(new Event("resize"));
    return undefined;
  }

  resize(width) {
    this.width = Math.round(Math.max(280, Math.min(width, innerWidth - 320)));
    this.panel.style.width = `${this.width}px`;
    attribute(this.grip, "aria-valuenow", this.width);
    this.lay();
  }

  drag(event) {
    event.preventDefault();
    this.grip.setPointerCapture(event.pointerId);
    const move = (at) => this.resize(innerWidth - at.clientX);
    this.grip.addEventListener("pointermove", move);
    this.grip.addEventListener("pointerup", () => this.grip.removeEventListener("pointermove", move), { once: true });
  }

  close() {
    if (!this.isOpen) return;
    this.watch.disconnect();
    removeEventListener("resize", this.fit);
    this.panel.remove();
    this.note.remove();
    this.home.append(this.board.root);
    say(this.toggle, "Dock beside");
    this.toggle.title = "Dock beside";
    if (docks.get(this.notebook) === this) docks.delete(this.notebook);
    this.shell.style.right = "0px";
    dispatchEvent(new Event("resize"));
  }
}

// JupyterLab puts the element into the page after it was rendered.
function whenInPage(element, act, tries = 300) {
  if (element.isConnected) act();
  else if (tries) requestAnimationFrame(() => whenInPage(element, act, tries - 1));
}

// ---------------------------------------------------------------- recording
// A widget model without a kernel: answers from what a page carries (see replay.py).
export function recording(data) {
  const listeners = new Set();
  const traits = { title: data.title, docked: false, recorded: true, seed: {} };
  const answer = (message) => queueMicrotask(() => listeners.forEach((listener) => listener(message)));
  const at = (wanted) => {
    const store = { groups: structuredClone(data.first.groups) };
    let latest = data.first;
    for (const part of ["nodes", "loose", "events"]) store[part] = data.first[part];
    for (const frame of data.frames.slice(0, wanted + 1)) {
      latest = frame;
      for (const [key, change] of Object.entries(frame.groups ?? {})) merge(store.groups, key, change);
      for (const part of ["nodes", "loose", "events"]) if (frame[part]) store[part] = frame[part];
    }
    return { ...store, index: wanted, time: latest.time, now: latest.time, timeline: data.timeline };
  };
  const last = data.frames.length - 1;
  const bound = (place) => Math.max(-1, Math.min(place, last));
  const answers = {
    hello: () => ({ ...at(last), type: "model", number: 1 }),
    at: ({ time }) => ({ ...at(data.frames.findLastIndex((frame) => frame.time <= time)), type: "past" }),
    step: ({ index, by }) => ({ ...at(bound(index + by)), type: "past" }),
    details: ({ kind, name }) => ({
      type: "details", kind, name, events: [], command: "", found: false, ...data.details[`${kind}/${name}`],
    }),
  };
  return {
    get: (name) => traits[name],
    on: (_, listener) => listeners.add(listener),
    send: (message) => answers[message.type] && answer(answers[message.type](message)),
  };
}

function merge(groups, key, change) {
  if (change === null) {
    delete groups[key];
    return;
  }
  const group = (groups[key] ??= { head: null, slots: {}, why: [] });
  if (change.head) group.head = change.head;
  if (change.why) group.why = change.why;
  for (const [slot, drawn] of Object.entries(change.slots ?? {})) {
    if (drawn === null) delete group.slots[slot];
    else group.slots[slot] = drawn;
  }
}

// ---------------------------------------------------------------- widget
export default () => {
  let wire;
  return {
    initialize({ model }) {
      wire = new Wire(model);
    },
    render({ model, el }) {
      wire ??= new Wire(model);
      const board = new Board(wire, model);
      el.append(board.root);
      const dock = new Dock(board, el);
      dock.toggle.hidden = true;
      whenInPage(el, () => {
        dock.toggle.hidden = !el.closest(".jp-NotebookPanel");
        if (model.get("docked")) dock.open();
      });
      return () => {
        dock.close();
        board.end();
      };
    },
  };
};
