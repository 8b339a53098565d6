"""Build every image of the course, so that no bound of a test counts what is done only once."""

from lab.courseimages import every_image
from lab.progress import progress
from lab.settings import Settings

every_image(Settings.from_environment(), progress())
