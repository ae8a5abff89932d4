"""What a design that cannot be used gets: a place, a message, a help, exit status 2, and an untouched folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.written import DESIGN, FILE, Told, told, with_
from tests.projects import small_project
from tests.publish.builds import tree

WRITE_OUT = "write the value out: what a reviewer reads must be what is generated"
NO_MORE = "use names, texts, `~`, comparisons, `A if B else C` and the filters lower, upper, title, trim"
BEGINS_WITH = "a design begins with `design: NAME`"

FILES: dict[str, tuple[str | bytes, list[Told]]] = {
    "an empty file": ("", [(FILE, f"`{FILE}` is empty", BEGINS_WITH)]),
    "nothing but remarks": ("# soon\n\n", [(FILE, f"`{FILE}` is empty", BEGINS_WITH)]),
    "a list": ("- a\n", [(f"{FILE}:1:1", "the file must hold a mapping (`name: value` lines)", "")]),
    "a text": ("hello\n", [(f"{FILE}:1:1", "the file must hold a mapping (`name: value` lines)", "")]),
    "a byte that is not UTF-8": (
        b"design: notes\nversion: 1.0\xff\n",
        [(f"{FILE}:2:13", "byte 0xff is not valid UTF-8", "save the file as UTF-8")],
    ),
    "UTF-16": (
        "design: notes\n".encode("utf-16"),
        [(f"{FILE}:1:1", "byte 0xff is not valid UTF-8", "save the file as UTF-8")],
    ),
    "more than four MiB": (
        DESIGN + "#" * 4 * 1024 * 1024,
        [(FILE, f"`{FILE}` is larger than 4 MiB", "split it with `include`")],
    ),
    "a tab as indentation": (
        with_("  key:", "\tkey:"),
        [(f"{FILE}:5:1", "invalid YAML: a tab cannot indent YAML", "indent with spaces")],
    ),
    "a quote that never ends": (
        with_("description: Notes", 'description: "Notes'),
        [
            (
                f"{FILE}:3:14",
                "invalid YAML: the quote that begins here never ends",
                "close it, or escape a quote inside it",
            )
        ],
    ),
    "two documents": (
        f"{DESIGN}---\n{DESIGN}",
        [(f"{FILE}:14:1", "a second document (`---`) in one file", "use one file each")],
    ),
    "nesting without end": (
        "a: " + "[" * 100_000,
        [(f"{FILE}:1:67", "nested deeper than 64 levels", "")],
    ),
    "a key that is there twice": (
        with_("version: 1.0.0", "version: 1.0.0\nversion: 1.0.1"),
        [(f"{FILE}:3:1", "`version` is here twice, first on line 2", "keep one of them")],
    ),
    "a key that is there twice, once with a mark": (
        with_("text: string}", "text: string, text?: string}"),
        [(f"{FILE}:10:64", "`text?` is here twice, first on line 10 (as `text`)", "keep one of them")],
    ),
    "aliases that grow without end": (
        "design: notes\na: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
        [(f"{FILE}:2:4", "the anchor `&a` is refused", WRITE_OUT)],
    ),
    "an alias of nothing": ("a: *b\n", [(f"{FILE}:1:4", "the alias `*b` is refused", WRITE_OUT)]),
    "a merge key": (
        with_("  key:", "  <<: {}\n  key:"),
        [(f"{FILE}:5:3", "the merge key `<<` is refused", "write the fields out")],
    ),
    "a tag that would run code": (
        with_("version: 1.0.0", "version: !!python/object/apply:os.system [ls]"),
        [
            (
                f"{FILE}:2:10",
                "the tag `tag:yaml.org,2002:python/object/apply:os.system` is refused",
                "drop it, or put the value in quotes if it is a text that begins with `!`",
            )
        ],
    ),
}

TEXTS: dict[str, tuple[str | bytes, list[Told]]] = {
    "a NUL": (
        with_("Notes of", "Notes\0of"),
        [
            (
                f"{FILE}:3:19",
                "the character U+0000 is not allowed in YAML",
                "remove it, or write it as an escape in double quotes",
            )
        ],
    ),
    "an escape character": (
        with_("Notes of", "\x1b[31mNotes of"),
        [
            (
                f"{FILE}:3:14",
                "the character U+001B is not allowed in YAML",
                "remove it, or write it as an escape in double quotes",
            )
        ],
    ),
    "half of a surrogate pair": (
        with_("Notes of users", '"Notes \\ud800 of"'),
        [(f"{FILE}:3:23", "invalid YAML: found invalid Unicode character escape code", "")],
    ),
    "a name in another writing direction": (
        with_("design: notes", "design: \u202enotes"),
        [
            (
                f"{FILE}:1:9",
                "`\u202enotes` is not a name of a design",
                "use lower-case words joined by `-`, such as `kv-storage`; no name of a Windows device",
            )
        ],
    ),
    "combining characters where a name stands": (
        with_("  key: {", "  name: note\u0301s\n  key: {"),
        [
            (
                f"{FILE}:5:9",
                "`note\u0301s` is not a name of a table or index",
                "use 3 to 255 letters, digits, `_`, `.` and `-`",
            )
        ],
    ),
    "an emoji in a placeholder": (
        with_("NOTE#{noteId}", "NOTE#{note\U0001f600}"),
        [
            (
                f"{FILE}:9:37",
                "`{note\U0001f600}` is not a placeholder",
                "write `{name}`, `{name:010}` (zero-padded), `{name:lower}` or `{name:upper}`",
            )
        ],
    ),
}

FIELDS: dict[str, tuple[str | bytes, list[Told]]] = {
    "an unknown field": (
        with_("description:", "descripton:"),
        [(f"{FILE}:3:1", "unknown field `descripton`", "did you mean `description`?")],
    ),
    "an unknown field inside": (
        with_("  key:", "  nmae: notes\n  key:"),
        [(f"{FILE}:5:3", "unknown field `nmae`", "did you mean `name`?")],
    ),
    "a list where a mapping belongs": (
        with_("  key: {partition: PK, sort: SK}", "  key: [PK, SK]"),
        [(f"{FILE}:5:3", "a key is a mapping", "write `{partition: PK, sort: SK}`")],
    ),
    "a word that is no truth value": (
        with_("recovery: true", "recovery: yes"),
        [(f"{FILE}:6:27", "`yes` is neither `true` nor `false`", "write `true` or `false`")],
    ),
    "a missing field": (
        with_("version: 1.0.0\n", ""),
        [(f"{FILE}:1:1", "`version` is missing", "add `version: …`")],
    ),
    "a template without quotes that YAML reads as a mapping": (
        with_("'NOTE#{noteId}'", "{noteId}"),
        [(f"{FILE}:9:33", "a key template is a text, not a mapping", 'put it in quotes: "{State}#{Date}"')],
    ),
    "an unknown attribute in a key template": (
        with_("NOTE#{noteId}", "NOTE#{noteid}"),
        [(f"{FILE}:9:37", "placeholder `{noteid}` is no attribute of entity `note`", "did you mean `noteId`?")],
    ),
    "an unknown entity in an access pattern": (
        with_("GetItem, entity: note}", "GetItem, entity: nose}"),
        [(f"{FILE}:12:42", "there is no entity `nose`", "did you mean `note`?")],
    ),
    "a version without three numbers": (
        with_("version: 1.0.0", "version: 1.0"),
        [(f"{FILE}:2:10", "`1.0` is not a version", "write MAJOR.MINOR.PATCH, such as `1.0.0` or `1.0.0-rc.1`")],
    ),
    "a version with a letter": (
        with_("version: 1.0.0", "version: v1.0.0"),
        [(f"{FILE}:2:10", "`v1.0.0` is not a version", "write MAJOR.MINOR.PATCH, such as `1.0.0` or `1.0.0-rc.1`")],
    ),
    "a version that leads elsewhere": (
        with_("version: 1.0.0", "version: ../../1.0.0"),
        [
            (
                f"{FILE}:2:10",
                "`../../1.0.0` is not a version",
                "write MAJOR.MINOR.PATCH, such as `1.0.0` or `1.0.0-rc.1`",
            )
        ],
    ),
    "the name of a Windows device": (
        with_("design: notes", "design: con"),
        [
            (
                f"{FILE}:1:9",
                "`con` is not a name of a design",
                "use lower-case words joined by `-`, such as `kv-storage`; no name of a Windows device",
            )
        ],
    ),
    "a pattern of brackets without end": (
        with_("text: string}", f"text: {{type: string, pattern: '{'(' * 3000}a{')' * 3000}'}}}}"),
        [
            (
                f"{FILE}:10:80",
                f"`{'(' * 57}...` is not a regular expression: it is nested too deeply",
                "write one as Python has them, such as `[a-z]+`",
            )
        ],
    ),
    "a name that leads elsewhere": (
        with_("design: notes", "design: ../notes"),
        [
            (
                f"{FILE}:1:9",
                "`../notes` is not a name of a design",
                "use lower-case words joined by `-`, such as `kv-storage`; no name of a Windows device",
            )
        ],
    ),
}

EXPRESSIONS: dict[str, tuple[str | bytes, list[Told]]] = {
    "an undefined context value": (
        with_("  key:", "  name: '{{ TABLE }}'\n  key:"),
        [(f"{FILE}:5:9", "`TABLE` is not declared in `context`", "add `TABLE: VALUE` under `context`")],
    ),
    "a misspelt context value": (
        with_("table:\n", "context: {TABLE: notes}\ntable:\n  name: '{{ TABEL }}'\n"),
        [(f"{FILE}:6:9", "`TABEL` is not declared in `context`", "did you mean `TABLE`?")],
    ),
    "an undefined context value in another": (
        with_("table:\n", "context: {TABLE: '{{ TABEL }}'}\ntable:\n"),
        [(f"{FILE}:4:18", "`TABEL` is not declared in `context`", "add `TABEL: VALUE` under `context`")],
    ),
    "a context value that refers to itself": (
        with_("table:\n", "context: {A: '{{ A }}'}\ntable:\n"),
        [(f"{FILE}:4:14", "context values refer to each other in a circle: `A` → `A`", "")],
    ),
    "a circle of context values": (
        with_("table:\n", "context: {A: '{{ B }}', B: '{{ C }}', C: '{{ A }}'}\ntable:\n"),
        [(f"{FILE}:4:14", "context values refer to each other in a circle: `A` → `B` → `C` → `A`", "")],
    ),
    "a way to Python's objects": (
        with_("Notes of users", "\"{{ ''.__class__ }}\""),
        [(f"{FILE}:3:14", "the expression does more than a design may", NO_MORE)],
    ),
    "a way to Python's objects through a context value": (
        with_("table:\n", "context: {A: x}\ntable:\n  name: '{{ A.__class__.__mro__ }}'\n"),
        [(f"{FILE}:6:9", "the expression does more than a design may", NO_MORE)],
    ),
    "a way to the system through a global": (
        with_("Notes of users", "\"{{ cycler.__init__.__globals__.os.popen('id').read() }}\""),
        [(f"{FILE}:3:14", "the expression does more than a design may", NO_MORE)],
    ),
    "a text that fills the memory": (
        with_("Notes of users", "\"{{ 'x' * 1000000000 }}\""),
        [(f"{FILE}:3:14", "the expression does more than a design may", NO_MORE)],
    ),
    "a loop": (
        with_("Notes of users", '"{% for i in x %}y{% endfor %}"'),
        [(f"{FILE}:3:14", "only `{{ … }}` expressions are evaluated, not `{% … %}`", "")],
    ),
    "an expression that never ends": (
        with_("Notes of users", '"{{ A"'),
        [
            (
                f"{FILE}:3:14",
                "the expression is wrong: unexpected end of template, expected 'end of print statement'",
                "an expression is a name, as in `{{ NAME }}`",
            )
        ],
    ),
}
EVERY = {**FILES, **TEXTS, **FIELDS, **EXPRESSIONS}


@pytest.mark.parametrize(("content", "expected"), EVERY.values(), ids=EVERY)
def test_a_design_is_refused_for(content: str | bytes, expected: list[Told], cli: Cli, tmp_path: Path) -> None:
    """The finding says where, what and what to do; the status is 2; nothing in the folder changes."""
    small_project(tmp_path)
    (tmp_path / FILE).write_bytes(content if isinstance(content, bytes) else content.encode())
    before = tree(tmp_path)
    done = cli("generate", "--format", "json")
    assert expected == told(done)
    assert (2, "") == (done.status, done.err)
    assert before == tree(tmp_path)


@pytest.mark.parametrize("content", [case[0] for case in EVERY.values()], ids=EVERY)
@pytest.mark.parametrize("command", ["generate", "generate --check", "lint", "generate --draft"])
def test_every_command_says_so_in_words(command: str, content: str | bytes, cli: Cli, tmp_path: Path) -> None:
    """As text, on standard error, without a trace; nothing that a terminal would obey reaches it."""
    small_project(tmp_path)
    (tmp_path / FILE).write_bytes(content if isinstance(content, bytes) else content.encode())
    done = cli(*command.split())
    assert (2, "") == (done.status, done.out)
    assert done.err.startswith(f"{FILE}")
    assert "Traceback" not in done.err
    assert " bug" not in done.err
    assert all(line.isprintable() for line in done.err.splitlines())


def test_several_problems_are_told_at_once(cli: Cli, tmp_path: Path) -> None:
    """One run names every wrong field, in the order of the file."""
    small_project(tmp_path)
    text = DESIGN.replace("version: 1.0.0", "version: one").replace("description", "descripton")
    (tmp_path / FILE).write_text(text.replace("recovery: true", "recovery: 7"), encoding="utf-8")
    done = cli("generate")
    assert (2, "") == (done.status, done.out)
    assert (
        "templates/notes.yaml:2:10: error: `one` is not a version [design-language]\n"
        "2 | version: one\n"
        "  |          ^\n"
        "help: write MAJOR.MINOR.PATCH, such as `1.0.0` or `1.0.0-rc.1`\n"
        "\n"
        "templates/notes.yaml:3:1: error: unknown field `descripton` [design-language]\n"
        "3 | descripton: Notes of users\n"
        "  | ^\n"
        "help: did you mean `description`?\n"
        "\n"
        "templates/notes.yaml:6:27: error: `7` is neither `true` nor `false` [design-language]\n"
        "6 |   point_in_time_recovery: 7\n"
        "  |                           ^\n"
        "help: write `true` or `false`\n"
        "\n"
        "3 errors\n"
    ) == done.err


# ---------------------------------------------------------------- what only looks bad

ODD_BUT_GOOD = {
    "a byte order mark": b"\xef\xbb\xbf" + DESIGN.encode(),
    "line ends of Windows": DESIGN.replace("\n", "\r\n").encode(),
    "line ends of old Macs": DESIGN.replace("\n", "\r").encode(),
    "a text in another writing direction": with_("Notes of users", "הערות \u200f של משתמשים").encode(),
    "combining characters and emoji": with_("Notes of users", "Note\u0301s 👩‍👩‍👧 of users").encode(),
    "an escaped emoji": with_("Notes of users", '"Notes \\U0001F600 of users"').encode(),
    "no line end at the end": DESIGN.rstrip("\n").encode(),
}


@pytest.mark.parametrize("content", ODD_BUT_GOOD.values(), ids=ODD_BUT_GOOD)
def test_a_design_is_taken_with(content: bytes, cli: Cli, tmp_path: Path) -> None:
    """Unusual, and right."""
    small_project(tmp_path)
    (tmp_path / FILE).write_bytes(content)
    assert (0, "created   build/notes/1.0.0\n", "") == cli("generate").told


def test_line_ends_do_not_change_the_version(cli: Cli, tmp_path: Path) -> None:
    """The same design with other line ends, or with a byte order mark, gives the same bytes."""
    small_project(tmp_path)
    cli("generate")
    before = tree(tmp_path / "build")
    for content in ODD_BUT_GOOD["a byte order mark"], ODD_BUT_GOOD["line ends of Windows"]:
        (tmp_path / FILE).write_bytes(content)
        assert (0, "unchanged build/notes/1.0.0\n", "") == cli("generate").told
    assert before == tree(tmp_path / "build")
