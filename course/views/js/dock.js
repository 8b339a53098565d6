// The board beside the notebook, without an extension of JupyterLab.

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
    this.note.append("The board stands beside the notebook. The key F6 leads there and back. ");
    this.note.append(button("lb-text", "Show it here", () => this.close()));
    this.toggle = button("lb-text", "Dock beside", () => (this.isOpen ? this.close() : this.open()));
    board.buttons.append(this.toggle);
    this.grip.addEventListener("pointerdown", (event) => this.drag(event));
    this.grip.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: 32, ArrowRight: -32 }[event.key];
      if (by) this.resize(this.width + by);
    });
    this.fit = () => this.isOpen && this.lay();
    this.keys = (event) => event.key === "F6" && this.jump(event);
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
    addEventListener("keydown", this.keys, true);
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

  // From a cell, Tab leads through all links of the cells below it before it comes to the board.
  jump(event) {
    if (this.panel.hidden) return;
    event.preventDefault();
    event.stopPropagation();
    const { activeElement } = document;
    if (!this.panel.contains(activeElement)) {
      this.from = activeElement;
      this.board.focus();
    } else if (this.from?.isConnected && this.from !== document.body) this.from.focus();
    else this.notebook.querySelector(".jp-Cell.jp-mod-active")?.focus();
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
    removeEventListener("keydown", this.keys, true);
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
