// Words, shapes and small ways to make and alter elements. Data reaches the page as text alone, never as HTML.

// ---- words
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

// ---- elements
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

// CreateContainerConfigError may break where a word of it begins, and nowhere else if that will do.
function sayInWords(element, text) {
  if (element.textContent === text) return;
  const words = text.split(/(?<=[a-z])(?=[A-Z])/);
  element.replaceChildren(...words.flatMap((word, at) => (at ? [make("wbr"), word] : [word])));
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
