"""The project layout with a small design that generates: what `cfn-table init` makes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from cfn_table.errors import InputError
from cfn_table.findings import Location


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
        InputError: the name cannot name a design, or a file cannot be written.
    """
    design = name or _name_from(folder)
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", design) or len(design) < 3:
        raise InputError(
            f"`{design}` cannot name a design",
            help="use lower-case words joined by `-`, such as `orders`: --name NAME",
            location=Location(str(folder)),
        )
    created, kept = [], []
    for relative, text in _files(design).items():
        path = folder / relative
        shown = str(path)
        try:
            if path.exists() or path.is_symlink():
                kept.append(shown)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            from cfn_table.publish.atomic import write_text_atomically

            write_text_atomically(path, text.encode())
        except OSError as error:
            raise InputError(
                f"`{shown}` cannot be written: {(error.strerror or str(error)).lower()}", location=Location(shown)
            ) from None
        created.append(shown)
    return Made(tuple(created), tuple(kept))


def _name_from(folder: Path) -> str:
    words = re.findall(r"[a-z0-9]+", folder.resolve().name.lower())
    name = "-".join(words).lstrip("0123456789-")
    return name if len(name) >= 3 else "my-table"


def _files(design: str) -> dict[str, str]:
    import json

    from cfn_table.design.reference import design_schema, policy_schema
    from cfn_table.emit.texts import render_text

    return {
        f"templates/{design}.yaml": render_text("init_design.yaml.j2", design=design),
        f"policies/{design}/reader.yaml": render_text("init_policy.yaml.j2"),
        "docs/schema/design.schema.json": json.dumps(design_schema(), indent=2, ensure_ascii=False) + "\n",
        "docs/schema/policy.schema.json": json.dumps(policy_schema(), indent=2, ensure_ascii=False) + "\n",
        "build/README.md": render_text("init_build_readme.md.j2"),
        ".gitattributes": "# An autocrlf clone would change the digests of published versions.\nbuild/** -text\n",
        ".gitignore": "# Published versions are kept in git.\n!/build/\n/build/**/.staging-*\n",
    }
