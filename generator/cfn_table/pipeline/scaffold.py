"""The project layout with a small design that generates: what `cfn-table init` makes."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path

from cfn_table.errors import InputError
from cfn_table.findings import Location
from cfn_table.project import Project
from cfn_table.publish.atomic import explaining, write_text_atomically


@dataclass(frozen=True, slots=True)
class Made:
    """What `make_project` did.

    Attributes:
        created: files that were written, in order.
        kept: files that were there already and were left alone.
    """

    created: tuple[str, ...]
    kept: tuple[str, ...]


def make_project(folder: Path, name: str | None = None) -> Made:
    """Make the layout in `folder`: a design, a policy, schemas for editors, and what git must know.

    Args:
        folder: the project; made if it is missing.
        name: the design's name; by default the folder's name in lower case.

    Raises:
        InputError: the name cannot name a design, or a file cannot be written; nothing is left of the project then.
    """
    from cfn_table.design.model.design import DESIGN_NAME

    design = _name_from(folder) if name is None else name
    if not re.fullmatch(DESIGN_NAME, design) or len(design) < 3:
        raise InputError(
            f"`{design}` cannot name a design",
            help="use lower-case words joined by `-`, such as `orders`: --name NAME",
            location=Location(str(folder)),
        )
    files = _files(design)
    kept = [relative for relative in files if _is_there(folder / relative)]
    new = {relative: text for relative, text in files.items() if relative not in kept}
    project = Project(folder)
    made: list[Path] = []
    try:
        for relative, text in new.items():
            with explaining(folder / relative):
                project.require_inside(folder / relative)
                made += _make_folder((folder / relative).parent)
            write_text_atomically(folder / relative, text.encode())
            made.append(folder / relative)
    except BaseException:
        _take_back(made)
        raise
    return Made(tuple(str(folder / each) for each in new), tuple(str(folder / each) for each in kept))


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _make_folder(folder: Path) -> list[Path]:
    """Make the folder and the ones above it; the new ones, outermost first."""
    missing = []
    above = folder
    while not _is_there(above):
        missing.append(above)
        above = above.parent
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _take_back(made: list[Path]) -> None:
    """Leave nothing of a project that could not be made whole."""
    for path in reversed(made):
        with contextlib.suppress(OSError):
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink()


def _name_from(folder: Path) -> str:
    from cfn_table.design.model.design import DESIGN_NAME

    words = re.findall(r"[a-z0-9]+", folder.resolve().name.lower())
    name = "-".join(words).lstrip("0123456789-")
    return name if len(name) >= 3 and re.fullmatch(DESIGN_NAME, name) else "my-table"


def _files(design: str) -> dict[str, str]:
    from cfn_table.design.reference import design_schema, include_schema, policy_schema, schema_text
    from cfn_table.emit.texts import render_text

    return {
        f"templates/{design}.yaml": render_text("init_design.yaml.j2", design=design),
        f"policies/{design}/reader.yaml": render_text("init_policy.yaml.j2"),
        "docs/schema/design.schema.json": schema_text(design_schema()),
        "docs/schema/include.schema.json": schema_text(include_schema()),
        "docs/schema/policy.schema.json": schema_text(policy_schema()),
        "build/README.md": render_text("init_build_readme.md.j2"),
        ".gitattributes": "# An autocrlf clone would change the digests of published versions.\nbuild/** -text\n",
        ".gitignore": "# Published versions are kept in git, whatever a global ignore file says.\n"
        "!/build/\n!/build/**\n/build/**/.staging-*\n",
    }
