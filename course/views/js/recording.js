// A record without a kernel, for static pages.

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
    store.events = store.events.map((number) => data.told[number]);
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
    on: (name, listener) => name === "msg:custom" && listeners.add(listener),
    send: (message) => answers[message.type] && answer(answers[message.type](message)),
  };
}

// The board of a record, for a page that moves it along with its text.
export function mount(data, element) {
  const model = recording(data);
  const board = new Board(new Wire(model), model);
  element.append(board.root);
  return board;
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
