"""The chapters: how one is opened, and what their exercises ask."""

from importlib import import_module
from pkgutil import iter_modules


def register_exercises() -> None:
    """Import every `chapter_N`: each registers its exercises, whose progress is shown as one."""
    for module in iter_modules(__path__):
        if module.name.startswith("chapter_"):
            import_module(f"{__name__}.{module.name}")
