"""A lab that is carried to a machine without a network, in one file."""

import tarfile

import pytest

from lab.carried import WHEELS


# It hashes, copies and loads more than a gigabyte several times.
@pytest.mark.timeout(600)
def test_an_exported_lab_comes_up_where_there_is_no_network_and_no_cache(lab, tmp_path, no_network):
    file = tmp_path / "course.tar"
    lab.ok("export", str(file))
    with tarfile.open(file) as tar:
        wheels = {name.split("/")[1] for name in tar.getnames() if name.startswith(f"{WHEELS}/")}
    # bootstrap.sh asks for pip by itself, before all else.
    assert {"jupyterlab", "pip"} <= {name.split("-")[0] for name in wheels}
    lab.ok("down")
    env = {"XDG_CACHE_HOME": str(tmp_path / "cache"), **no_network}
    lab.ok("up", "--from", str(file), **env)
    status = lab.status()
    assert status["ready"]
    assert status["node_image"]["source"] == "built"
    # A chapter's own images have come along, too.
    lab.ok("load", "lab.local/postgres:v1", **env)
