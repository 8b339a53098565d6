"""Makes text that came out of a cluster fit to be shown: anybody may have written it."""

import re

#: A name of this length is still shown whole where several stand in one sentence.
NAME = 63
# Without spaces: what stands between two quoted words has some, and is to be kept.
_QUOTED = re.compile(rf'"([^"\s]{{{NAME}}})[^"\s]+"')


def plain(text: str, most: int) -> str:
    """The text on one line, cut to ``most`` characters.

    Without line breaks it can't forge a line of ours; without control characters it can't
    colour or overwrite what stands around it, or turn round the direction it is read in.
    """
    if not text.isprintable():
        text = "".join(sign if sign.isprintable() else " " for sign in text)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def short_quotes(text: str) -> str:
    """The text with each name in double quotes cut to 63 characters.

    The API server repeats a name that is too long up to three times before it says which field is
    wrong, and a message that is cut at its end would lose the field.
    """
    return _QUOTED.sub(r'"\1…"', text)
