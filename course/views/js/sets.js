// One set: its head, its slots in order, the partition and the reasons.

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
    say(this.partition.firstChild, `partition ${head.partition}: ${first ? "updates →" : "no updates"}`);
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
