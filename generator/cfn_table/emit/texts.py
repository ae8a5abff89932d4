"""The text templates: those of the package, and those of a project in their place.

A project's `templates/emit/NAME.j2` takes the place of the package's NAME.j2. A name is looked for there first, then in
the package; `cfn_table/NAME.j2` is always the package's, so that a project's template can extend it and replace blocks.
"""

from __future__ import annotations

import functools
import traceback
from collections.abc import Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from cfn_table.design.suggest import did_you_mean, shown
from cfn_table.errors import InputError
from cfn_table.findings import Finding, Location, Severity
from cfn_table.project import Project

if TYPE_CHECKING:
    import jinja2

    from cfn_table.design.source import SourceFile

PACKAGE: Final = "cfn_table/"
"""What names of the package's own templates may begin with."""

RULE: Final = "text-templates-have-known-names"
"""The rule name of findings about files that take the place of no text."""

_OWN: Final = ("init_", "troubleshooting.")
"""Beginnings of names that no project replaces: they are not made of its designs."""


def overridable() -> list[str]:
    """The names of the texts that are made of a design, sorted; a project may replace these."""
    return sorted(name for name in _environment().list_templates() if not name.startswith(_OWN))


def render_text(name: str, *, overrides: Mapping[str, SourceFile] | None = None, **values: Any) -> str:
    """The text template `name`, filled with `values`; an undefined name is an error.

    Args:
        name: of a template in `cfn_table/emit/text`.
        overrides: the project's templates by name: `Design.texts`.
        values: what the template names.

    Raises:
        InputError: a template of the project cannot be filled; with its line.
    """
    if not overrides:
        return _environment().get_template(name).render(**values)
    try:
        return _with(overrides).get_template(name).render(**values)
    except Exception as error:
        place, used = _place(error, overrides, name)
        if not used:
            raise
        raise _refused(error, place, name, overrides) from error


def unknown_texts(project: Project) -> list[Finding]:
    """A warning for each file of `templates/emit/` that takes the place of no text, so that nothing reads it.

    Names that begin with `_` are parts that other templates include.
    """
    folder = project.texts
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    found = []
    for name in names:
        if name not in overridable() and not name.startswith(("_", ".", "README")):
            place = project.name_of(folder / name)
            message = f"{shown(place)} takes the place of no text, so nothing reads it"
            help = did_you_mean(name, overridable()) or "name it as a text of cfn-table, or `_…` to include it"
            found.append(Finding(RULE, Severity.WARNING, message, help, Location(place)))
    return found


_OPTIONS: Final[Mapping[str, Any]] = {
    "trim_blocks": True,
    "lstrip_blocks": True,
    "keep_trailing_newline": True,
    "autoescape": False,  # the texts are Markdown and code, not HTML
}


@functools.cache
def _environment() -> jinja2.Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("cfn_table.emit", "text"), undefined=jinja2.StrictUndefined, **_OPTIONS
    )


def _with(overrides: Mapping[str, SourceFile]) -> jinja2.Environment:
    """An environment in which a project's templates can reach no file and change nothing, and give the same again."""
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Environment(ImmutableSandboxedEnvironment):
        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
            is_path = isinstance(obj, PurePath) or isinstance(value, PurePath)
            return not is_path and super().is_safe_attribute(obj, attr, value)

    def load(name: str) -> tuple[str, str, Any] | None:
        file = overrides.get(name)
        return None if file is None else (file.text, file.path, lambda: True)

    package = _environment().loader
    assert package is not None
    environment = Environment(
        loader=jinja2.ChoiceLoader(
            [jinja2.FunctionLoader(load), package, jinja2.PrefixLoader({PACKAGE.rstrip("/"): package})]
        ),
        undefined=jinja2.StrictUndefined,
        **_OPTIONS,
    )
    # INVARIANT: a text follows from the design alone.
    del environment.filters["random"], environment.globals["lipsum"]
    return environment


def _place(error: Exception, overrides: Mapping[str, SourceFile], name: str) -> tuple[Location, bool]:
    """The last line of a project's template on the way to an error, and whether there is one."""
    import jinja2

    files = {file.path: file for file in overrides.values()}
    lines = [(frame.filename, frame.lineno or 0) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, jinja2.TemplateSyntaxError):
        lines.append((error.filename or "", error.lineno))
    for path, line in reversed(lines):
        if path in files:
            return files[path].location(line), True
    return Location(overrides[name].path if name in overrides else name), name in overrides


def _refused(error: Exception, place: Location, name: str, overrides: Mapping[str, SourceFile]) -> InputError:
    import jinja2

    said = " ".join(str(error).replace("'", "`").split()).rstrip(".")
    why, help = said[:1].lower() + said[1:], f'begin with `{{% extends "{PACKAGE}{name}" %}}` and replace blocks'
    if isinstance(error, RecursionError):
        why, help = "it extends or includes itself", f"the package's own is `{PACKAGE}{name}`"
    elif isinstance(error, jinja2.TemplateNotFound):
        wanted = str(error.name)
        known = [*overrides, *(f"{PACKAGE}{each}" for each in overridable())]
        why, help = f"there is no template {shown(wanted)}", did_you_mean(wanted, known)
    elif isinstance(error, jinja2.UndefinedError):
        help = f"the package's `{name}` shows which names there are"
    return InputError(f"the text template `{place.path}` cannot be filled: {why}", help=help, location=place)
