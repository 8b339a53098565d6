"""`python -m website` makes the site: `make site` calls it.

    python -m website [--notebooks FOLDER] [--out FOLDER]

It prints what each page weighs, and what a chapter lacks. With `--strict` a chapter that lacks
something ends it with status 1.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from website.build import build
from website.chapters import SiteError

ROOT = Path(__file__).resolve().parents[1]


def main(arguments: list[str]) -> int:
    """Make the site and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m website", description="Makes the static site.")
    parser.add_argument("--notebooks", type=Path, default=ROOT / "notebooks")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "site")
    parser.add_argument("--strict", action="store_true", help="fail if a chapter lacks something")
    given = parser.parse_args(arguments)
    try:
        pages = build(given.notebooks.resolve(), given.out.resolve(), ROOT / "docs")
    except SiteError as wrong:
        print(wrong, file=sys.stderr)
        return 1
    for page in pages:
        print(f"{page.weight / 1000:8.0f} kB  {page.name}")
        for complaint in page.complaints:
            print(f"             {complaint}")
    print(f"The site begins at {given.out.resolve() / 'index.html'}")
    return int(given.strict and any(page.complaints for page in pages))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
