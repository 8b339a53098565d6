"""The overview of a learner's progress over the chapters."""

from dataclasses import dataclass
from html import escape

from course.exercises.registry import CHAPTERS, Exercise, every
from course.exercises.scorebook import Page, Scorebook
from course.exercises.session import current


@dataclass(frozen=True)
class Row:
    """One chapter: its exercises with their state, and the guesses made in it."""

    chapter: int
    exercises: tuple[tuple[Exercise, str], ...]
    right: int
    of: int

    @property
    def solved(self) -> int:
        """How many of its exercises are solved."""
        return sum(state == "solved" for _, state in self.exercises)

    @property
    def done(self) -> str:
        """The solved exercises in words."""
        count = len(self.exercises)
        return f"{self.solved} of {count} solved" if count else "no exercises"

    @property
    def guesses(self) -> str:
        """The guesses in words."""
        return f"{self.right} of {self.of} right" if self.of else "none yet"


class Overview:
    """The progress at one moment, as text and as a table."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows

    def __repr__(self) -> str:
        lines = []
        for row in self.rows:
            lines.append(f"Chapter {row.chapter}  {row.done}  guesses: {row.guesses}")
            lines += [f"  {one.number}  {state:<9}  {one.title}" for one, state in row.exercises]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """The same as a table with a caption and headings, for a screen reader too."""
        head = "".join(
            f'<th scope="col">{word}</th>' for word in ("Chapter", "Exercises", "Guesses")
        )
        body = "".join(_html(row) for row in self.rows)
        return (
            "<table><caption>Your progress</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def _html(row: Row) -> str:
    items = "".join(
        f"<li>{escape(one.number)} {state}: {escape(one.title)}</li>"
        for one, state in row.exercises
    )
    listed = f'<ul style="margin:0;text-align:left">{items}</ul>' if items else ""
    return (
        f'<tr><th scope="row">{row.chapter}</th>'
        f'<td style="text-align:left">{row.done}{listed}</td><td>{row.guesses}</td></tr>'
    )


def rows(page: Page) -> list[Row]:
    """Each chapter with its exercises and guesses, from what is kept."""
    known = every()
    found = []
    for chapter in CHAPTERS:
        tasks = tuple((one, _state(page, one)) for one in known if one.chapter == chapter)
        guesses = [guess for guess in page.guesses.values() if guess.chapter == chapter]
        right, of = sum(guess.right for guess in guesses), sum(guess.of for guess in guesses)
        found.append(Row(chapter, tasks, right, of))
    return found


def _state(page: Page, task: Exercise) -> str:
    score = page.exercises.get(task.number)
    if score and score.solved:
        return "solved"
    return "tried" if score and score.tries else "open"


class _Progress:
    """``progress()`` shows the overview, ``progress.reset()`` forgets everything."""

    def __call__(self) -> Overview:
        """The overview of all chapters."""
        return Overview(rows(Scorebook(current().progress_file).read()))

    def reset(self) -> None:
        """Forget what was solved, the hints given and the guesses, in every chapter."""
        Scorebook(current().progress_file).reset()
        print("Your progress is empty again.")


progress = _Progress()
