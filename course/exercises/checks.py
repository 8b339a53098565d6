"""Judges exercises on the real cluster, and gives the next hint for a wrong one."""

from time import monotonic

from course.exercises.errors import CellError
from course.exercises.outcomes import CannotTell, NotAttempted, Outcome, Right, Wrong
from course.exercises.registry import Attempt, Exercise, find
from course.exercises.scorebook import Exercise as Score
from course.exercises.scorebook import Page, Scorebook
from course.exercises.session import PATIENCE, Session, current
from course.exercises.settled import moving, unseen
from course.exercises.span import Span
from course.record import pods

#: How long a check waits for the cluster to come to rest, in seconds.
REST = 20.0

#: How long it waits while nothing shows that the exercise was tried, in seconds: a cluster that
#: is broken on purpose never comes to rest.
UNTRIED = 2.0

#: What each exercise was last found wrong for: the same mistake gets the same hint.
_mistakes: dict[str, str] = {}


def begin(number: str) -> None:
    """Say what the exercise asks for. It is judged by what happens from now on."""
    task = find(number)
    session = current()
    answered = session.catch_up(PATIENCE)
    session.history.mark(_mark(task))
    _mistakes.pop(task.number, None)
    print(f"Exercise {task.number}: {task.title}")
    if not answered:
        print("The cluster does not answer now. Run `lab status` in a terminal to see why.")


def check(number: str, answers: object = None, *, wait: float = REST) -> Outcome:
    """Judge an exercise by what happened since it began, and print what was found.

    While Pods come and go it waits, at most ``wait`` seconds, for a right solution. An
    exercise that asks for judgement, not for deeds, is given ``answers`` and waits for nothing.
    Never raises for what the learner did: without a cluster, it can't tell.
    """
    try:
        task, session = find(number), current()
    except CellError as missing:
        return _said(CannotTell(str(missing)))
    if not session.catch_up(PATIENCE):
        return _said(
            CannotTell(
                "the cluster does not answer. Run `lab status` in a terminal to see why, "
                "then check again."
            )
        )
    outcome = _said(_judged(task, session, answers, 0.0 if answers is not None else wait))
    _kept(task, session, outcome)
    return outcome


def hint(number: str) -> None:
    """Print the next hint of an exercise; the last one again when there are no more."""
    task, session = find(number), current()
    _hint(task, session, further=True)


def solution(number: str) -> None:
    """Print one way to solve an exercise. There are others, and a check accepts them."""
    task = find(number)
    try:
        print(task.solution.read_text().rstrip())
    except OSError:
        print(f"The file with the solution of {task.number} is missing from the checkout.")


def _mark(task: Exercise) -> str:
    return f"exercise {task.number}"


def _said(outcome: Outcome) -> Outcome:
    print(outcome)
    return outcome


def _judged(task: Exercise, session: Session, answers: object, wait: float) -> Outcome:
    """The outcome once it is right or the cluster is at rest, or the bound is over."""
    found: list[Outcome] = []

    def sure(_: object) -> bool:
        span = session.span(_mark(task))
        try:
            outcome = task.judge(Attempt(span, answers))
        except Exception as mistake:  # noqa: BLE001 - a learner must never see our traceback
            outcome = CannotTell(
                f"the check itself failed ({type(mistake).__name__}: {mistake}). "
                "That is the course's mistake, not yours."
            )
        behind = unseen(span.now())
        if isinstance(outcome, Right) and behind and answers is None:
            # What was asked for last has not happened yet, and may undo what was right.
            outcome = Wrong(f"{outcome.because.rstrip('.')}, but {behind}.")
        found[:] = [outcome]
        return isinstance(outcome, Right | CannotTell) or moving(span.now()) is None

    end = monotonic() + wait

    def until(bound: float) -> bool:
        return bool(session.history.wait(sure, max(0.0, bound - monotonic())))

    rests = until(min(end, monotonic() + UNTRIED))
    # A Pod that is asked to go is there until it is gone: something was tried.
    if not isinstance(found[0], NotAttempted) or _goes(session.span(_mark(task))):
        rests = rests or until(end)
    # Between two steps of a controller nothing moves. At rest is what stays so when all that
    # works in the chapter has seen all there is.
    while rests and not isinstance(found[0], Right | CannotTell) and monotonic() < end:
        if not _news(session):
            break
        rests = until(end)
    outcome = found[0]
    still = moving(session.history.snapshot())
    if isinstance(outcome, Wrong) and still and answers is None:
        return Wrong(f"{outcome.because.rstrip('.')}. The cluster still moves: {still}.")
    return outcome


def _goes(span: Span) -> bool:
    """Whether a Pod is on its way out that was not when the exercise began."""
    before = {pods.uid(pod) for pod in span.base.pods.values() if pods.is_terminating(pod)}
    now = span.now().pods.values()
    return any(pods.is_terminating(pod) and pods.uid(pod) not in before for pod in now)


def _news(session: Session) -> bool:
    """Whether the history grows when it is brought up to date."""
    known = session.history.end
    return session.catch_up(PATIENCE) and session.history.end > known


def _kept(task: Exercise, session: Session, outcome: Outcome) -> None:
    """Keep the score, and give a hint for a wrong solution."""
    if isinstance(outcome, NotAttempted | CannotTell):
        return

    def write(page: Page) -> None:
        score = page.exercises.setdefault(task.number, Score())
        score.tries += 1
        score.solved = score.solved or isinstance(outcome, Right)

    Scorebook(session.progress_file).keep(write)
    if isinstance(outcome, Wrong):
        mistake = outcome.because.split(" The cluster still moves")[0]
        _hint(task, session, further=_mistakes.get(task.number) != mistake)
        _mistakes[task.number] = mistake


def _hint(task: Exercise, session: Session, *, further: bool) -> None:
    """Print a hint: the next one, or the one given last."""
    given = 0

    def write(page: Page) -> None:
        nonlocal given
        score = page.exercises.setdefault(task.number, Score())
        score.hints = min(len(task.hints), max(1, score.hints + further))
        given = score.hints

    if not Scorebook(session.progress_file).keep(write):
        given = max(given, 1)
    print(f"Hint {given} of {len(task.hints)}: {task.hints[given - 1]}")
    if given < len(task.hints):
        print(f'hint("{task.number}") gives the next one.')
    else:
        print(f'That was the last. solution("{task.number}") shows one way.')
