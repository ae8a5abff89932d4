"""Every type and function that is generated for a design has a name of its own.

Why: the names of entities, access patterns and indexes become names of types (PascalCase) and functions (camelCase in
TypeScript, snake_case in Python). Where two become one, the generated module would define it twice, and one would hide
the other.

Example:
    entities:
      user_name: {…}
      userName: {…}     # both are the type `UserName`

Use instead: names that differ in more than case and underscores, and that are not another's name with `Key`, `Item`,
`Entity`, `Result` or the name of an index behind it.

Known problems: names are compared for all languages, although a project may use none of them.

Source: follows from what `cfn-table emit` writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cfn_table.design.design import Design
from cfn_table.design.generated_names import entity_names, generated_names
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "generated-names-are-unique"
SEVERITY = Severity.ERROR
SUPPRESSIBLE = False

Path = tuple[str, ...]

_LANGUAGES = {"typescript": "TypeScript", "python": "Python"}
_HELP = "rename one of them"


def check(design: Design) -> Iterator[Violation]:
    """A violation for each thing that gets the name of another one, and for each index."""
    owners: dict[tuple[str, str], Path] = {}
    clashes: dict[tuple[Path, Path], dict[str, str]] = {}
    for language, name, path in generated_names(design):
        owner = owners.setdefault((language, name), path)
        if owner != path:
            clashes.setdefault((path, owner), {}).setdefault(language, name)
    for (path, owner), names in clashes.items():
        message = f"{_thing(path, design)} and {_thing(owner, design)} both become {_listed(names)}"
        yield Violation(message, path, _HELP, key=len(path) > 1)
    yield from _indexes(design)


def _indexes(design: Design) -> Iterator[Violation]:
    """Indexes of one entity whose keys would be one type or one function."""
    clashes: dict[tuple[str, str], str] = {}
    for entity in design.entities:
        names = entity_names(design, entity)
        owners: dict[str, str] = {}
        for ref, type_ in names.index_keys.items():
            for name in (type_, *names.index_key_builders[ref]):
                owner = owners.setdefault(name, ref)
                if owner != ref:
                    clashes.setdefault((ref, owner), name)
    positions = {index.ref: position for position, index in enumerate(design.file.indexes)}
    for (ref, other), name in clashes.items():
        later, earlier = sorted((ref, other), key=positions.__getitem__, reverse=True)
        index = design.file.indexes[positions[later]]
        message = f"the keys of the indexes `{later}` and `{earlier}` both become `{name}` in generated code"
        path = ("indexes", positions[later], "id" if index.id else "name")
        yield Violation(message, path, "give one of them another `id`")


def _listed(names: Mapping[str, str]) -> str:
    """The name in each language; once where it is the same."""
    languages = " and ".join(_LANGUAGES[language] for language in names)
    if len(set(names.values())) == 1:
        return f"`{next(iter(names.values()))}` in {languages}"
    return " and ".join(f"`{name}` in {_LANGUAGES[language]}" for language, name in names.items())


def _thing(path: Path, design: Design) -> str:
    """What a path leads to, as messages name it."""
    if path == ("design",):
        return f"the items of design `{design.name}`"
    kind = {"entities": "entity", "access_patterns": "access pattern"}[path[0]]
    return f"{kind} `{path[1]}`"
