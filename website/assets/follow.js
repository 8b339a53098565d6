// The board beside the text: it shows the moment that the text has come to.
"use strict";

(async () => {
  const data = globalThis.labRecording;
  const source = new Blob([globalThis.labBoard], { type: "text/javascript" });
  const { mount } = await import(URL.createObjectURL(source));
  const board = mount(data, document.getElementById("board"));
  const stage = document.querySelector(".stage");
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  // Each cell with the frames of the record that it made: from (exclusive) to (inclusive).
  const cells = [];
  let before = -1;
  for (const element of document.querySelectorAll("[data-cell][data-frame]")) {
    const to = Number(element.dataset.frame);
    cells.push({ element, from: before, to });
    before = Math.max(before, to);
  }

  // ---- from the text to the board
  const READING = 0.42; // of the window's height: where the eyes are taken to be
  let wanted; // the frame that the text asked for last
  let playing;
  const go = (frame) => board.seek({ type: "step", index: frame, by: 0 });
  const stop = () => {
    clearInterval(playing);
    playing = undefined;
  };
  const frameOfText = () => {
    // At the end of the page the last cells never come up to the line.
    const room = document.documentElement.scrollHeight - innerHeight;
    const line = room - scrollY < 4 ? innerHeight : innerHeight * READING;
    let frame = -1;
    for (const { element, from, to } of cells) {
      const { top, bottom } = element.getBoundingClientRect();
      if (top > line) break;
      const part = Math.min(1, (line - top) / Math.max(1, bottom - top));
      frame = Math.round(from + (to - from) * part);
    }
    return frame;
  };
  const follow = () => {
    const frame = frameOfText();
    if (frame === wanted) return;
    wanted = frame;
    stop();
    if (board.playing) board.pause();
    board.dragging = false;
    go(frame);
  };
  let asked = false;
  const later = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      follow();
    });
  };
  addEventListener("scroll", later, { passive: true });
  addEventListener("resize", later);

  // ---- a cell's own part of the record, played
  const play = ({ from, to }) => {
    stop();
    board.pause();
    unfold(true);
    let frame = from;
    const beat = Math.max(90, Math.min(450, 6000 / (to - from)));
    go(frame);
    if (still.matches) return go(to);
    playing = setInterval(() => {
      frame += 1;
      go(frame);
      if (frame >= to) stop();
    }, beat);
    return undefined;
  };
  const moment = (seconds) => `+${seconds.toFixed(1)} s`;
  const timeOf = (frame) => (data.frames[frame]?.time ?? data.first.time) - data.timeline.began;
  for (const cell of cells) {
    const changes = cell.to - cell.from;
    if (changes < 1) continue;
    const button = make("button", { type: "button", className: "replay" }, "▶ Replay");
    button.title = `What the cluster did here, from ${moment(timeOf(cell.from))} to ${moment(timeOf(cell.to))}`;
    button.append(make("span", { className: "sr", textContent: ` what the cluster did in this cell, ${changes} changes` }));
    button.addEventListener("click", () => play(cell));
    cell.element.prepend(button);
  }

  // ---- from the board to the text: the cell that made what is shown
  const label = stage.querySelector(".moment");
  let marked;
  const mark = (frame) => {
    const cell = cells.find(({ from, to }) => from < frame && frame <= to);
    if (cell === marked) return;
    marked?.element.classList.remove("now");
    marked = cell;
    marked?.element.classList.add("now");
  };
  // With many sets on the board, the one that changes is brought into sight.
  const view = document.getElementById("board");
  const reveal = (frame) => {
    let near = frame; // many moments are of an event alone
    while (near > 0 && !data.frames[near].groups) near -= 1;
    const key = Object.keys(data.frames[near]?.groups ?? {}).find((one) => board.sets.has(one));
    if (!key || view.scrollHeight <= view.clientHeight) return;
    const set = board.sets.get(key).root.getBoundingClientRect();
    const { top } = view.getBoundingClientRect();
    const bottom = view.querySelector(".lb-foot").getBoundingClientRect().top;
    if (set.bottom > bottom) view.scrollTop += Math.min(set.bottom - bottom, set.top - top);
    else if (set.top < top) view.scrollTop += set.top - top;
  };
  board.root.addEventListener("lab-board-drawn", ({ detail }) => {
    mark(detail.index);
    reveal(detail.index);
    label.textContent = moment(timeOf(detail.index));
  });
  // Whoever moves the time line leads; the text takes over again when it is scrolled.
  for (const event of ["pointerdown", "keydown"]) board.root.addEventListener(event, stop);

  // ---- on a phone the board is folded away at the lower edge
  const fold = stage.querySelector(".fold");
  const unfold = (open) => {
    stage.classList.toggle("open", open);
    fold.setAttribute("aria-expanded", String(open));
    fold.querySelector(".fold-word").textContent = open ? "Hide the board" : "Show the board";
  };
  fold.addEventListener("click", () => unfold(!stage.classList.contains("open")));

  document.documentElement.dataset.board = "ready";
  follow();
})();
