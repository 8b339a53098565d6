"""Run the Go programs' tests with the toolchain and the caches that the lab builds them with."""

import json
import os
import subprocess
import sys

from lab import golang, paths
from lab.progress import progress
from lab.settings import Settings

MODULES = {
    paths.NODE_IMAGE: ["./routes/...", "./localvolumes/..."],
    paths.IMAGES / "web": ["./..."],
}
SECONDS = 900


def main() -> int:
    """Return the first exit status that isn't 0."""
    wanted = json.loads((paths.NODE_IMAGE / "versions.json").read_text())["go"]
    go = golang.find(Settings.from_environment(), wanted, progress())
    for folder, packages in MODULES.items():
        print(f"-- {folder.relative_to(paths.CHECKOUT)}: {' '.join(packages)}", flush=True)
        # Not through Go.run: the tests' own output is what is to be seen.
        code = subprocess.run(
            [go.program, "test", *packages],
            cwd=folder,
            env={**os.environ, **go.env},
            timeout=SECONDS,
        ).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
