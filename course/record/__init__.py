"""What happened: the changes of the cluster go in, a timed history and snapshots come out.

Nothing here knows of Jupyter or of the network.
"""

from course.record.archive import RecordingError, packed, read, save, unpacked
from course.record.change import KINDS, Change, Mark, What
from course.record.cut import cut
from course.record.history import LIMIT, History
from course.record.snapshot import Folding, Gone, Snapshot, replay

__all__ = [
    "KINDS",
    "LIMIT",
    "Change",
    "Folding",
    "Gone",
    "History",
    "Mark",
    "RecordingError",
    "Snapshot",
    "What",
    "cut",
    "packed",
    "read",
    "replay",
    "save",
    "unpacked",
]
