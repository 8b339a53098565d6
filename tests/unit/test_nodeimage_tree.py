"""File systems put together as tars: links, owners, order, and the same bytes each time."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.nodeimage.tree import Tree


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Tree], dict[str, tarfile.TarInfo]]:
    def write(tree: Tree) -> dict[str, tarfile.TarInfo]:
        tree.write(tmp_path / "tree.tar")
        with tarfile.open(tmp_path / "tree.tar") as tar:
            return {member.name: member for member in tar}

    return write


@pytest.fixture
def debian(tmp_path: Path) -> Path:
    """A tar as mmdebstrap writes it: names with ./, owners, a hard link."""
    path = tmp_path / "debian.tar"
    with tarfile.open(path, "w") as tar:
        for name in ("./", "./usr/", "./usr/bin/"):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(folder)
        program = tarfile.TarInfo("./usr/bin/tool")
        program.size, program.mode, program.uid, program.mtime = 4, 0o4755, 7, 99
        tar.addfile(program, io.BytesIO(b"tool"))
        link = tarfile.TarInfo("./usr/bin/alias")
        link.type, link.linkname = tarfile.LNKTYPE, "./usr/bin/tool"
        tar.addfile(link)
    return path


def test_a_tar_keeps_owners_modes_and_hard_links_below_another_folder(
    debian: Path, written: Callable[[Tree], dict[str, tarfile.TarInfo]]
) -> None:
    tree = Tree()
    with tarfile.open(debian) as tar:
        tree.add_tar(tar, "kind/images/one")
        found = written(tree)
    tool = found["kind/images/one/usr/bin/tool"]
    assert (tool.uid, tool.mode, tool.mtime) == (7, 0o4755, 0)
    assert found["kind/images/one/usr/bin/alias"].linkname == tool.name


def test_a_mirrored_folder_is_hard_links_to_the_files_themselves(
    debian: Path, written: Callable[[Tree], dict[str, tarfile.TarInfo]]
) -> None:
    tree = Tree()
    with tarfile.open(debian) as tar:
        tree.add_tar(tar)
        tree.add_symlink("usr/bin/soft", "tool")
        tree.mirror("usr/bin", "kind/rootfs")
        found = written(tree)
    for name in ("tool", "alias"):
        assert found[f"kind/rootfs/usr/bin/{name}"].linkname == "usr/bin/tool"
    assert found["kind/rootfs/usr/bin/soft"].issym()


def test_links_come_after_what_they_link_to_and_files_after_their_folders(
    written: Callable[[Tree], dict[str, tarfile.TarInfo]],
) -> None:
    tree = Tree()
    tree.add_file("z/original", b"x")
    tree.add_hard_link("a/link", "z/original")
    tree.add_hard_link("b/link", "a/link")
    names = list(written(tree))
    assert names.index("a") < names.index("z/original") < names.index("a/link")


def test_what_is_added_later_replaces_and_can_be_appended_to(tmp_path: Path) -> None:
    tree = Tree()
    tree.add_file("etc/a.conf", "first\n")
    tree.add_file("etc/a.conf", "second\n")
    tree.append("etc/a.conf", "third\n")
    tree.write(tmp_path / "tree.tar")
    with tarfile.open(tmp_path / "tree.tar") as tar:
        content = tar.extractfile("etc/a.conf")
        assert content is not None
        assert content.read() == b"second\nthird\n"


def test_removing_a_folder_takes_all_below_it() -> None:
    tree = Tree()
    tree.add_file("usr/share/perl/5.36/x.pm", "x")
    tree.add_file("usr/share/other", "x")
    tree.remove("usr/share/perl")
    assert "usr/share/perl/5.36/x.pm" not in tree
    assert "usr/share/perl" not in tree
    assert "usr/share/other" in tree


def test_removing_what_is_not_there_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="nothing in the tree matches usr/share/pearl"):
        Tree().remove("usr/share/pearl")


def test_a_link_whose_file_was_taken_out_is_a_mistake(tmp_path: Path) -> None:
    tree = Tree()
    tree.add_file("a", "x")
    tree.add_hard_link("b", "a")
    tree.remove("a")
    with pytest.raises(ValueError, match="b is a link of a, which is gone"):
        tree.write(tmp_path / "tree.tar")


def test_a_folder_of_this_machine_belongs_to_root_and_private_ones_to_root_alone(
    tmp_path: Path, written: Callable[[Tree], dict[str, tarfile.TarInfo]]
) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "deep" / "run").write_text("x")
    (tmp_path / "in" / "deep" / "run").chmod(0o775)
    tree = Tree()
    tree.add_folder(tmp_path / "in", "open")
    tree.add_folder(tmp_path / "in", "closed", private=True)
    found = written(tree)
    assert found["open/deep/run"].mode == 0o755
    assert found["closed/deep/run"].mode == 0o700
    assert found["closed/deep"].mode == 0o700
    assert {member.uid for member in found.values()} == {0}


def test_the_same_tree_has_the_same_bytes(tmp_path: Path, debian: Path) -> None:
    for name in ("1", "2"):
        tree = Tree()
        with tarfile.open(debian) as tar:
            tree.add_tar(tar)
            tree.write(tmp_path / name)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()
