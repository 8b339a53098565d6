// What stands below the sets: nodes, claims without a set, the newest events.

function drawNodes(board) {
  board.nodes.replaceChildren(
    ...board.shown.nodes.map((node) => {
      const item = make("li", "lb-node", "", { title: node.taints.join(", ") || "no taints" });
      item.dataset.ready = node.ready;
      const mark = glyph();
      drawGlyph(mark, node.ready ? "ready" : "unknown");
      const since = node.since ? ` for ${age(board.clock() - node.since)}` : "";
      item.append(mark, make("b", "", node.name), ` ${node.word}${since} · ${plural(node.pods, "Pod")}`);
      return item;
    }),
  );
}

function drawLoose(board) {
  const claims = board.shown.loose;
  show(board.loose, claims.length > 0);
  board.loose.replaceChildren(
    make("b", "", "Claims without a Pod and without a set: "),
    ...claims.slice(0, 20).map((claim) => make("span", "lb-loose-claim lb-mono", `${claim.name} ${claim.size} ${claim.phase}`)),
    claims.length > 20 ? make("span", "", `and ${claims.length - 20} more`) : "",
  );
}

function drawEvents(board) {
  const newest = board.shown.events.slice(-4).reverse();
  board.events.replaceChildren(...newest.map((event) => eventLine(board, event)));
}

function eventLine(board, event) {
  const line = make("li", event.warning ? "lb-warning" : "");
  const time = event.time === null ? "" : board.when(event.time);
  const again = event.count > 1 ? ` (${event.count} times)` : "";
  line.append(make("span", "lb-mono lb-stamp", time), make("b", "", event.about));
  const text = `${event.warning ? "Warning: " : ""}${event.text || event.reason}${again}`;
  line.append(make("span", "", text, { title: text }));
  return line;
}
