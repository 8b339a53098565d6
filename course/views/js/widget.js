// What anywidget calls.

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
