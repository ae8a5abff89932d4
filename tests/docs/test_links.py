"""Links between documents lead somewhere: to a file of this repository, to a heading that is there, or to the web."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.engines.install import ROOT
from tests.packaging.conftest import repository_files

DOCUMENTS = [name for name in repository_files(ROOT) if name.endswith(".md") and not name.startswith("build/")]

FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
# [text](target), ![text](target "title") and [name]: target
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?[^)]*\)|^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)>?")
HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$")
# A path, or a test in a file, that a document names in code font and that this repository is to have.
PATH = re.compile(r"`((?:docs|tests|generator|benchmarks|examples|\.ci)/[\w./-]+)(?:::(\w+))?`")


def prose(text: str) -> Iterator[tuple[int, str]]:
    """The lines outside of fenced code with their numbers, from 1."""
    fence = ""
    for number, line in enumerate(text.splitlines(), 1):
        if mark := FENCE.match(line):
            if not fence:
                fence = mark[1]
            elif line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif not fence:
            yield number, line


def anchors(text: str) -> set[str]:
    """The fragments that headings give, as GitHub makes them: lower case, no punctuation, `-` for a space."""
    found: dict[str, int] = {}
    for _, line in prose(text):
        if heading := HEADING.match(line):
            plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1]).lower()
            slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
            count = found.get(slug, 0)
            found[slug] = count + 1
            if count:
                found[f"{slug}-{count}"] = 1
    return set(found) | set(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text))


def broken_links(document: Path, root: Path) -> list[str]:
    """What is wrong with the document's links and paths, as `line: target: reason`."""
    broken = []
    for number, line in prose(document.read_text(encoding="utf-8")):
        targets = [first or second for first, second in LINK.findall(CODE.sub("", line))]
        targets += [f"/{path}" for path, _ in PATH.findall(line)]
        broken += [f"{number}: {target}: {why}" for target in targets if (why := _fault(target, document, root))]
        broken += [
            f"{number}: {path}::{test}: no such test"
            for path, test in PATH.findall(line)
            if test and (root / path).is_file() and f"def {test}(" not in (root / path).read_text("utf-8")
        ]
    return broken


def _fault(target: str, document: Path, root: Path) -> str:
    """Why the link does not lead anywhere; empty when it does."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return "" if parts.scheme == "mailto" or (parts.scheme == "https" and "." in parts.netloc) else "not https"
    path = unquote(parts.path)
    base = root if path.startswith("/") else document.parent
    file = (base / path.lstrip("/")).resolve() if path else document
    if not file.is_relative_to(root):
        return "outside of the repository"
    if not file.exists():
        return "no such file"
    if parts.fragment and file.suffix == ".md" and unquote(parts.fragment) not in anchors(file.read_text("utf-8")):
        return "no such heading"
    return ""


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_of_a_document_leads_somewhere(name: str) -> None:
    """A moved file or a renamed heading fails here and not in front of a reader."""
    assert [] == broken_links(ROOT / name, ROOT)


def test_broken_links_are_found_where_they_are(tmp_path: Path) -> None:
    """Each kind of broken link is named with its line; code, the web and good links are left alone."""
    (tmp_path / "other.md").write_text("# A heading: with `code`\n\n## Twice\n\n## Twice\n", encoding="utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text("def test_one() -> None: ...\n", encoding="utf-8")
    document = tmp_path / "page.md"
    lines = [
        "# Page",
        "[good](other.md#a-heading-with-code) [second](other.md#twice-1) [here](#page) [web](https://example.com/x)",
        "[gone](gone.md) and [no heading](other.md#none)",
        "`[code](gone.md)` and [plain](http://example.com)",
        "```",
        "[fenced](gone.md)",
        "```",
        "[out](../secret.md)",
        "[name]: gone.md",
        "`docs/gone.md` but not `docs/<name>.md` or `templates/gone.yaml`",
        "`tests/test_a.py::test_one` and `tests/test_a.py::test_two`",
    ]
    document.write_text("\n".join(lines), encoding="utf-8")
    expected = [
        "3: gone.md: no such file",
        "3: other.md#none: no such heading",
        "4: http://example.com: not https",
        "8: ../secret.md: outside of the repository",
        "9: gone.md: no such file",
        "10: /docs/gone.md: no such file",
        "11: tests/test_a.py::test_two: no such test",
    ]
    assert expected == broken_links(document, tmp_path)
