"""The form of a prediction in Jupyter, and its text everywhere else."""

from html import escape
from typing import Any

from course.exercises.predictions import Prediction

# Jupyter gives an option the height of one line, and a long one beside a docked board has two.
# Its button comes behind the text, and floats to the left of the last line only. When the kernel
# is gone, one broken chain for the form is enough: Jupyter gives each of its parts one.
WRAPPED = (
    "<style>.course-prediction label "
    "{height: auto; line-height: 1.4; white-space: normal; overflow: visible}"
    ".course-prediction .widget-radio-box label {display: flex; margin-bottom: 4px}"
    ".course-prediction .widget-radio-box input "
    "{order: -1; flex: none; height: 1.4em; margin: 0 6px}"
    ".course-prediction .jupyter-widgets-disconnected::before {display: none}</style>"
)


def show(prediction: Prediction) -> None:
    """Show a form with the options and a button; outside Jupyter, print the question."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        print(prediction)
        return
    from IPython.display import display

    # The text is what a static page, a screen without widgets and nbval see.
    display(  # type: ignore[no-untyped-call]
        {
            "text/plain": repr(prediction),
            "application/vnd.jupyter.widget-view+json": {
                "version_major": 2,
                "version_minor": 0,
                "model_id": form(prediction).model_id,
            },
        },
        raw=True,
    )


def form(prediction: Prediction) -> Any:
    """The widget: native radio buttons or boxes, each with its label, and one button."""
    import ipywidgets

    from course.exercises.keys import Keys

    boxes = _boxes(prediction)
    button = ipywidgets.Button(
        description="That's my guess", tooltip=f"Keep the guess for: {prediction.question}"
    )
    # A label would cut a long question off beside a docked board; this one wraps. It is text.
    question = ipywidgets.HTML(f"{WRAPPED}<strong>{escape(prediction.question)}</strong>")
    note = ipywidgets.Label("")
    keys = Keys(question=prediction.question, layout=ipywidgets.Layout(display="none"))

    def keep(_: Any) -> None:
        chosen = _chosen(prediction, boxes)
        if prediction.right is not None:
            note.value = "The answer is known already."
        elif not chosen and not prediction.several:
            note.value = "Choose one first."
            return
        else:
            prediction.choose(*chosen)
            note.value = f"Kept: {', '.join(chosen) or 'none of them'}."
        # Before the parts are disabled: what is disabled loses the focus to nowhere.
        keys.kept = True
        for part in (*boxes, button):
            part.disabled = True

    def keep_what_comes_late(change: Any) -> None:
        if button.disabled:
            keep(change)

    button.on_click(keep)
    # While the kernel has not yet answered one change of a part, ipywidgets holds back the next
    # ones of this part, but no click. Who chooses quickly has their click told before their choice.
    for box in boxes:
        box.observe(keep_what_comes_late, "value")
    parts = [question, *boxes, button, note, keys]
    return ipywidgets.VBox(parts).add_class("course-prediction")


def _boxes(prediction: Prediction) -> list[Any]:
    import ipywidgets

    wide = ipywidgets.Layout(width="auto")
    if prediction.several:
        return [
            ipywidgets.Checkbox(description=option, indent=False, layout=wide)
            for option in prediction.options
        ]
    return [
        ipywidgets.RadioButtons(
            options=prediction.options, value=None, layout=wide, tooltip=prediction.question
        )
    ]


def _chosen(prediction: Prediction, boxes: list[Any]) -> list[str]:
    if prediction.several:
        pairs = zip(prediction.options, boxes, strict=True)
        return [option for option, box in pairs if box.value]
    return [boxes[0].value] if boxes[0].value is not None else []
