// One slot: its Pod's tile, its name and its claims.

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
    sayInWords(this.word, slot.word);
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
    ghost.dataset.state = this.item.dataset.state; // it keeps its own look
    if (this.item.dataset.colour) ghost.dataset.colour = this.item.dataset.colour;
    ghost.style.top = `${this.tile.offsetTop}px`;
    this.item.append(ghost);
    setTimeout(() => ghost.remove(), 700);
  }
}
