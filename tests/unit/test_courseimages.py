"""What an image is made of: the Containerfile's meaning, the layer, the recipe."""

import json
import struct
import tarfile
from pathlib import Path

import pytest

from lab import closure, containerfile, courseimages, elf, rootfs
from lab.errors import LabError
from lab.progress import Quiet
from lab.settings import Settings


def elf_file(*libraries: str, loader: str = "") -> bytes:
    """A 64-bit ELF file that has nothing but its needs."""
    strings = b"\0" + b"".join(name.encode() + b"\0" for name in libraries)
    at = [1 + sum(len(name) + 1 for name in libraries[:n]) for n in range(len(libraries))]
    start, base = 64 + 3 * 56, 0x400000
    tags = b"".join(struct.pack("<qQ", 1, offset) for offset in at)
    tags += struct.pack("<qQ", 5, base + start) + struct.pack("<qQ", 0, 0)
    dynamic = start + len(strings)
    place = dynamic + len(tags)
    end = place + len(loader) + 1
    segments = [(1, 0, base, end), (2, dynamic, base + dynamic, len(tags))]
    segments.append((3 if loader else 0, place, base + place, len(loader) + 1))
    header = b"\x7fELF\x02\x01" + bytes(10)
    header += struct.pack("<HHIQQQIHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 3) + bytes(6)
    table = b"".join(struct.pack("<IIQQQQQQ", k, 4, o, a, a, n, n, 8) for k, o, a, n in segments)
    return header + table + strings + tags + loader.encode() + b"\0"


def debian(path: Path, **files: bytes | str) -> Path:
    """The tar of a small system; a text is a symbolic link's target."""
    with path.open("wb") as stream, tarfile.open(fileobj=stream, mode="w") as tar:
        parents = {str(parent) for name in files for parent in Path(name).parents}
        for name in sorted(parents - {"."}):
            folder = tarfile.TarInfo(f"./{name}")
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(folder)
        for name, content in files.items():
            source = path.parent / "content"
            source.write_bytes(content if isinstance(content, bytes) else b"")
            info = tarfile.TarInfo(f"./{name}")
            info.mode = 0o755
            if isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
                tar.addfile(info)
                continue
            info.size = len(content)
            with source.open("rb") as opened:
                tar.addfile(info, opened)
    return path


@pytest.fixture
def system(tmp_path: Path) -> Path:
    files: dict[str, bytes | str] = {
        "bin": "usr/bin",
        "lib64": "usr/lib64",
        "usr/bin/dig": elf_file("libdns.so.1", loader="/lib64/ld.so"),
        "usr/bin/other": elf_file("libother.so.1"),
        "usr/lib/x/libdns.so.1": "libdns.so.1.2",
        "usr/lib/x/libdns.so.1.2": elf_file("libc.so.6"),
        "usr/lib/x/libc.so.6": elf_file(),
        "usr/lib/x/ld.so": elf_file(),
        "usr/lib/x/libother.so.1": elf_file(),
        "usr/lib64/ld.so": "/lib/x/ld.so",
        "lib": "usr/lib",
        "usr/share/doc/dig/copyright": b"free",
        "usr/share/doc/dig/manual": b"long",
        "etc/hostname": b"the builder's",
    }
    return debian(tmp_path / "system.tar", **files)


def paths(tar: Path) -> list[str]:
    with tarfile.open(tar) as opened:
        return opened.getnames()


def layer(tmp_path: Path, content: rootfs.Content) -> Path:
    out = tmp_path / "root.tar"
    rootfs.write(out, content)
    return out


def test_needs_are_read_from_the_file_itself() -> None:
    data = elf_file("liba.so", "libb.so", loader="/lib/ld")
    assert elf.needs(data) == elf.Needs("/lib/ld", ("liba.so", "libb.so"))
    assert elf.needs(elf_file()) == elf.Needs(None, ())
    assert elf.needs(b"#!/bin/sh\n") == elf.Needs(None, ())


def test_needs_of_a_real_program_hold_its_c_library() -> None:
    found = elf.needs(Path("/bin/sh").resolve().read_bytes())
    assert any(name.startswith("libc.") for name in found.libraries)
    assert found.loader is not None
    assert Path(found.loader).exists()


def test_a_program_comes_with_all_it_needs_and_nothing_else(system: Path, tmp_path: Path) -> None:
    names = paths(layer(tmp_path, rootfs.Content(base=system, programs=("/bin/dig",))))
    assert set(names) == {
        *("bin", "lib", "lib64", "usr", "usr/bin", "usr/bin/dig", "usr/lib", "usr/lib/x"),
        *("usr/lib/x/libdns.so.1", "usr/lib/x/libdns.so.1.2", "usr/lib/x/libc.so.6"),
        *("usr/lib/x/ld.so", "usr/lib64", "usr/lib64/ld.so"),
        *("usr/share", "usr/share/doc", "usr/share/doc/dig", "usr/share/doc/dig/copyright"),
    }
    assert len(names) == len(set(names))


def test_parents_come_before_what_is_in_them(system: Path, tmp_path: Path) -> None:
    names = paths(layer(tmp_path, rootfs.Content(base=system, programs=("/bin/dig",))))
    for at, name in enumerate(names):
        parent = name.rpartition("/")[0]
        assert not parent or parent in names[:at]


def test_a_missing_library_is_named_with_who_needs_it(tmp_path: Path) -> None:
    files = {"usr/bin/dig": elf_file("libdns.so.1")}
    tar = debian(tmp_path / "bad.tar", **files)
    with pytest.raises(LabError, match=r"libdns\.so\.1, which usr/bin/dig needs"):
        layer(tmp_path, rootfs.Content(base=tar, programs=("/usr/bin/dig",)))


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    tar = debian(tmp_path / "bad.tar", a="b", b="a")
    with tarfile.open(tar) as opened, pytest.raises(LabError, match="a, which context"):
        closure.needed(opened, closure.members(opened), ["a"])


def test_a_whole_system_is_copied_without_what_is_of_the_building_machine(
    system: Path, tmp_path: Path
) -> None:
    names = paths(layer(tmp_path, rootfs.Content(base=system)))
    assert "usr/bin/other" in names
    assert "usr/share/doc/dig/manual" in names
    assert "etc/hostname" not in names


def test_an_image_s_own_files_win_over_the_base(system: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "root"
    (overlay / "usr/bin").mkdir(parents=True)
    (overlay / "usr/bin/dig").write_text("own")
    (overlay / "usr/bin/host").symlink_to("dig")
    content = rootfs.Content(
        base=system, folders={"/data": "1777"}, busybox=("sh",), overlay=overlay
    )
    out = layer(tmp_path, content)
    names = paths(out)
    assert names.count("usr/bin/dig") == 1
    with tarfile.open(out) as tar:
        own = tar.extractfile("usr/bin/dig")
        assert own is not None
        assert own.read() == b"own"
        assert tar.getmember("usr/bin/host").linkname == "dig"
        assert tar.getmember("usr/bin/sh").linkname == "busybox"
        assert tar.getmember("data").mode == 0o1777
        assert tar.getmember("data").isdir()


def test_what_an_image_does_without_is_left_out(system: Path, tmp_path: Path) -> None:
    content = rootfs.Content(base=system, without=("usr/share/doc/*/manual", "usr/*/libother*"))
    names = paths(layer(tmp_path, content))
    assert "usr/bin/other" in names
    assert "usr/share/doc/dig/copyright" in names
    assert not {"usr/share/doc/dig/manual", "usr/lib/x/libother.so.1"} & set(names)


def test_the_same_content_gives_the_same_bytes(system: Path, tmp_path: Path) -> None:
    content = rootfs.Content(base=system, folders={"/data": "755"}, files={"/a": system})
    first = layer(tmp_path, content).read_bytes()
    system.touch()
    assert layer(tmp_path, content).read_bytes() == first


def test_a_containerfile_says_how_a_container_is_run(tmp_path: Path) -> None:
    file = tmp_path / "Containerfile"
    file.write_text(
        "# a comment\nFROM scratch\nADD root.tar /\n"
        'ENV PATH=/bin \\\n  NOTE="two words"\nENV MORE=1\nEXPOSE 8080 53/udp\n'
        'USER 1000\nENTRYPOINT ["/web", "-x"]\nCMD sleep 1\nVOLUME ["/data"]\n'
    )
    assert containerfile.config(file) == {
        "Env": ["PATH=/bin", "NOTE=two words", "MORE=1"],
        "ExposedPorts": {"8080/tcp": {}, "53/udp": {}},
        "User": "1000",
        "Entrypoint": ["/web", "-x"],
        "Cmd": ["/bin/sh", "-c", "sleep 1"],
        "Volumes": {"/data": {}},
    }


@pytest.mark.parametrize("line", ["RUN apt-get update", "FROM debian", "ADD other.tar /", "WHAT"])
def test_an_instruction_that_needs_an_engine_is_refused(line: str, tmp_path: Path) -> None:
    file = tmp_path / "Containerfile"
    file.write_text(line)
    with pytest.raises(LabError, match="can't follow"):
        containerfile.config(file)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "JSONDecodeError"),
        ("{}", "versions"),
        ('{"versions": []}', "no version"),
        ('{"versions": ["v1"], "busibox": []}', "busibox"),
        ('{"versions": ["v1"], "debian": {"package": []}}', "package"),
        ('{"versions": ["v1"], "chapters": ["5"]}', "chapter is a number"),
    ],
)
def test_a_bad_recipe_is_told_with_its_reason(text: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web/Containerfile").write_text("FROM scratch")
    (tmp_path / "web/context.json").write_text(text)
    with pytest.raises(LabError, match=why):
        courseimages.recipes(tmp_path)


def test_the_course_has_the_images_that_its_manifests_name() -> None:
    named = [
        recipe.reference(version)
        for recipe in courseimages.recipes()
        for version in recipe.context["versions"]
    ]
    assert {"lab.local/web:v1", "lab.local/web:v2", "lab.local/toolbox:v1"} <= set(named)
    assert not [name for name in named if name.endswith("latest")]


def test_every_recipe_has_a_containerfile_that_the_lab_follows() -> None:
    for recipe in courseimages.recipes():
        config = containerfile.config(recipe.folder / "Containerfile")
        assert config.get("Entrypoint") or config.get("Cmd")
        json.dumps(config)


def recipe(folder: Path, name: str, **context: object) -> courseimages.Recipe:
    (folder / name).mkdir()
    (folder / name / "Containerfile").write_text("FROM scratch")
    (folder / name / "context.json").write_text(json.dumps({"versions": ["v1"], **context}))
    return courseimages.Recipe(
        folder / name, json.loads((folder / name / "context.json").read_text())
    )


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Three recipes of which two belong to chapters; the names of what is built is kept."""
    names: list[str] = []
    found = [
        recipe(tmp_path, "all"),
        recipe(tmp_path, "five", chapters=[5]),
        recipe(tmp_path, "six", chapters=[5, 6], versions=["v1", "v2"]),
    ]

    def build(recipe: courseimages.Recipe, version: str, *_: object) -> courseimages.CourseImage:
        names.append(recipe.reference(version))
        return courseimages.CourseImage(recipe.reference(version), tmp_path, version)

    monkeypatch.setattr(courseimages, "recipes", lambda: found)
    monkeypatch.setattr(courseimages, "_image", build)
    return names


SETTINGS = Settings.from_environment({})


def test_the_lab_does_not_build_what_only_a_chapter_needs(built: list[str]) -> None:
    images = courseimages.course_images(SETTINGS, Quiet())
    assert [image.reference for image in images] == built == ["lab.local/all:v1"]


@pytest.mark.parametrize(
    ("chapter", "names"),
    [
        (5, ["lab.local/five:v1", "lab.local/six:v1", "lab.local/six:v2"]),
        (6, ["lab.local/six:v1", "lab.local/six:v2"]),
        (1, []),
    ],
)
def test_a_chapter_builds_its_own_images(chapter: int, names: list[str], built: list[str]) -> None:
    images = courseimages.chapter_images(chapter, SETTINGS, Quiet())
    assert [image.reference for image in images] == sorted(built) == names


def test_an_image_of_the_course_is_found_by_its_name_alone(built: list[str]) -> None:
    found = courseimages.named("lab.local/six:v2", SETTINGS, Quiet())
    assert found is not None
    assert found.reference == "lab.local/six:v2"
    assert built == ["lab.local/six:v2"]
    assert courseimages.named("lab.local/six:v3", SETTINGS, Quiet()) is None
    assert courseimages.named("web:v1", SETTINGS, Quiet()) is None
