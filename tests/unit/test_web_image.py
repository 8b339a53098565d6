"""The course's web server, as its README describes it."""

from lab import paths

WEB = paths.IMAGES / "web"


def test_the_readme_names_every_path_that_the_server_answers() -> None:
    sources = "".join(file.read_text() for file in WEB.glob("*.go") if "_test" not in file.name)
    told = (WEB / "README.md").read_text()
    for path in ("/api", "/notes", "/slow", "/exit", "/memory", "/cpu", "/metrics"):
        assert f'{path}"' in sources
        assert path in told
