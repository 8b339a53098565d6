// What every page does: the theme, the search, the predictions, and what print needs.
"use strict";

const make = (name, properties = {}, ...parts) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...parts);
  return made;
};

// ---- theme: the system's, or the one that was chosen
{
  const button = document.getElementById("theme");
  const root = document.documentElement;
  const order = ["auto", "light", "dark"];
  const show = (theme) => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    button.textContent = `Theme: ${theme}`;
    // The board takes its colours from the attribute that JupyterLab sets.
    if (theme === "auto") document.body.removeAttribute("data-jp-theme-light");
    else document.body.dataset.jpThemeLight = String(theme === "light");
  };
  const shown = () => root.dataset.theme ?? "auto";
  storeIsReady.then(() => show(shown()));
  button.addEventListener("click", async () => {
    await storeIsReady;
    const theme = order[(order.indexOf(shown()) + 1) % order.length];
    show(theme);
    try {
      if (theme === "auto") localStorage.removeItem("lab-theme");
      else localStorage.setItem("lab-theme", theme);
    } catch { /* the choice then holds for this page alone */ }
  });
}

// ---- search: the index is loaded with the first letter; each word must be found
{
  const field = document.getElementById("search");
  const found = document.getElementById("found");
  const MOST = 12;
  let index;
  let asked = false;
  globalThis.labSearch = (sections) => {
    index = sections.map((one) => ({ ...one, low: `${one.chapter} ${one.head} ${one.text}`.toLowerCase() }));
    search();
  };
  const load = () => {
    if (asked) return;
    asked = true;
    const failed = () => show([make("p", { className: "soft", textContent: "The search's index could not be loaded." })]);
    document.head.append(make("script", { src: "assets/search.js", onerror: failed }));
  };
  const show = (parts) => {
    found.replaceChildren(...parts);
    found.hidden = parts.length === 0;
  };
  const count = (text, word) => text.split(word).length - 1;
  const rank = (one, words) => {
    let points = 0;
    for (const word of words) {
      if (!one.low.includes(word)) return 0;
      points += 20 * count(one.head.toLowerCase(), word) + Math.min(5, count(one.low, word));
    }
    return points;
  };
  const excerpt = (text, word) => {
    const at = Math.max(0, text.toLowerCase().indexOf(word));
    const from = at < 40 ? 0 : text.indexOf(" ", at - 40) + 1;
    const parts = [from ? "… " : "", text.slice(from, at), make("mark", { textContent: text.slice(at, at + word.length) })];
    return [...parts, text.slice(at + word.length, at + 90), text.length > at + 90 ? " …" : ""];
  };
  const entry = (one, words) => {
    const inText = words.find((word) => one.text.toLowerCase().includes(word));
    const lines = [make("b", { textContent: one.head || one.chapter }), make("span", { className: "soft", textContent: one.chapter })];
    if (inText) lines.push(make("span", {}, ...excerpt(one.text, inText)));
    return make("li", {}, make("a", { href: one.at, onclick: () => show([]) }, ...lines));
  };
  const search = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter((word) => word.length > 1);
    if (!words.length) return show([]);
    if (!index) return load();
    const best = index
      .map((one) => [rank(one, words), one])
      .filter(([points]) => points)
      .sort(([a], [b]) => b - a);
    if (!best.length) return show([make("p", { className: "soft", textContent: `Nothing is found for “${field.value}”.` })]);
    const told = best.length > MOST ? `The best ${MOST} of ${best.length} places` : best.length === 1 ? "1 place" : `${best.length} places`;
    return show([
      make("p", { className: "soft", textContent: told }),
      make("ol", {}, ...best.slice(0, MOST).map(([, one]) => entry(one, words))),
    ]);
  };
  field.addEventListener("input", search);
  field.addEventListener("focus", search);
  const close = (event) => {
    if (event.key !== "Escape") return;
    show([]);
    field.focus();
  };
  field.addEventListener("keydown", close);
  found.addEventListener("keydown", close);
  document.addEventListener("pointerdown", (event) => {
    if (!event.target.closest(".search")) show([]);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, .lab-board")) return;
    event.preventDefault();
    field.focus();
  });
}

// ---- predictions: held against what the cluster did when the chapter was run
for (const form of document.querySelectorAll("form.question[data-right]")) {
  const right = JSON.parse(form.dataset.right);
  const boxes = [...form.querySelectorAll("input")];
  const several = boxes[0].type === "checkbox";
  const verdict = form.querySelector(".verdict");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const guess = boxes.filter((box) => box.checked).map((box) => box.value);
    if (!guess.length && !several) {
      verdict.textContent = "Choose one first.";
      return;
    }
    const good = boxes.filter((box) => box.checked === right.includes(box.value)).length;
    const all = good === boxes.length;
    const chosen = guess.join(", ") || "none of them";
    let said = all ? `Your guess was right: ${chosen}.` : `Not ${chosen}.`;
    if (several && !all) said = `Your guess: ${good} of ${boxes.length} right.`;
    verdict.textContent = said;
    verdict.dataset.good = String(all);
    form.querySelector(".answer").open = true;
    for (const part of form.querySelectorAll("input, button")) part.disabled = true;
    for (const yours of document.querySelectorAll(".yours")) {
      if (yours.dataset.of !== boxes[0].name) continue;
      yours.textContent = said;
      yours.hidden = false;
    }
  });
}

// ---- the table of contents stands open where it has a place of its own
{
  const contents = document.querySelector("details.contents");
  if (contents) contents.open = matchMedia("(min-width: 90rem)").matches;
}

// ---- print: what is folded is printed, too
{
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("main details:not([open])")];
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
  });
}
