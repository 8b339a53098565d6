"""Turn recorded histories round: spoilt answers, and changes in a wrong order. Needs no cluster.

    python tests/mutations/recorded.py [TIMES]

prints what was not caught, and the share; TIMES parts of each recording are taken (default 20).
The unit tests do the same with fewer parts. `make test-mutations` calls it.
"""

from __future__ import annotations

import sys
from collections import Counter

from equivalent import reason
from fates import RECORDINGS, fates
from solved import solved
from spoilt import spoilt

from course.exercises.outcomes import Right
from course.exercises.registry import every


def answers() -> bool:
    """Spoil each reference answer; True if every wrong one was refused."""
    caught, of, same = 0, 0, Counter[str]()
    for exercise in every():
        for name, answer in spoilt(solved(exercise.number)):
            why, right = reason(exercise.number, name), isinstance(answer.judged(), Right)
            if right and why:
                same[why] += 1
            elif right or why:
                said = f"refused, though: {why}" if why else "NOT CAUGHT"
                print(f"{exercise.number} {name}: {said}")
            of += not why
            caught += not why and not right
    for why, times in same.most_common():
        print(f"{times:5} times right all the same. {why}")
    print(f"Answers: {caught} of {of} spoilt ones caught, {sum(same.values())} were right as well.")
    return caught == of


def orders(times: int) -> bool:
    """Tell each recording in wrong orders; True if none showed on the board."""
    caught = of = 0
    for file in sorted(RECORDINGS.glob("*.json")):
        for fate in fates(file, times):
            of += 1
            caught += not fate.wrong
            if fate.wrong:
                print(f"{fate.where}, {fate.how}, by the {fate.way}: NOT CAUGHT: {fate.wrong}")
    print(f"Orders of changes: {caught} of {of} caught.")
    return caught == of


def main(times: int) -> int:
    """Do both; 0 if all was caught."""
    return 0 if answers() & orders(times) else 1


if __name__ == "__main__":
    sys.exit(main(int((sys.argv[1:] or ["20"])[0])))
