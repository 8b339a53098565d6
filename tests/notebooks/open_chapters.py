"""Open the chapters of the given notebooks once, outside of Jupyter.

What a chapter alone needs is then built and loaded. That may take longer than a cell may, and
is no part of the time that a chapter takes.
"""

import sys
from pathlib import Path

from course import chapter

for number in sorted({int(Path(name).name[:2]) for name in sys.argv[1:]}):
    chapter(number, show=False).close()
