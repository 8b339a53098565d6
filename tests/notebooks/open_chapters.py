"""Open the chapters of the given notebooks once, outside of Jupyter, if they need images alone.

What only such a chapter needs is then built and loaded. That may take longer than a cell may, and
is no part of the time that a chapter takes.
"""

import sys
from pathlib import Path

from course import chapter
from lab.courseimages import recipes

needing = {number for recipe in recipes() for number in recipe.chapters}
for number in sorted(needing & {int(Path(name).name[:2]) for name in sys.argv[1:]}):
    chapter(number, show=False).close()
