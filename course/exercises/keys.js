// What a prediction's form needs besides its widgets, so that it can be answered without a mouse.

// JupyterLab puts the element into the page after it was rendered.
function whenInPage(element, act, tries = 300) {
  if (element.isConnected) act();
  else if (tries) requestAnimationFrame(() => whenInPage(element, act, tries - 1));
}

// What has an effect here goes no further: JupyterLab would go from cell to cell.
function pressed(form, event) {
  const { key, target } = event;
  const chooses = target.type === "radio" && key.startsWith("Arrow");
  const isDone = key === "Enter" && (event.shiftKey || target.tagName === "INPUT");
  const leaves = key === "Escape";
  if (!chooses && !isDone && !leaves) return;
  event.stopPropagation();
  if (chooses) return; // the browser does it
  event.preventDefault();
  if (isDone) form.querySelector("button").click(); // as in every form, and as in every cell
  else form.closest(".jp-Cell")?.focus();
}

function help(form, question) {
  form.setAttribute("role", "group");
  form.setAttribute("aria-label", question);
  form.addEventListener("keydown", (event) => pressed(form, event));
  // Buttons of one name belong together: arrows go from one to the other.
  const name = `prediction-${Math.random().toString(36).slice(2)}`;
  form.addEventListener("focusin", () => {
    for (const radio of form.querySelectorAll("input[type=radio]")) radio.name = name;
  });
}

// A form that is done with has no part that could keep the focus. The next cell has more use for it.
function goOn(form) {
  const { activeElement, body } = document;
  if (activeElement !== body && !form.contains(activeElement)) return;
  form.closest(".jp-Cell")?.nextElementSibling?.focus();
}

export default {
  render({ model, el }) {
    let form;
    const kept = () => form && goOn(form);
    whenInPage(el, () => {
      form = el.closest(".course-prediction");
      if (form) help(form, model.get("question"));
    });
    model.on("change:kept", kept);
    return () => model.off("change:kept", kept);
  },
};
