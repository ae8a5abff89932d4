"""`load_design`: from files to a `Design`."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from collections.abc import Mapping as AnyMapping
from pathlib import Path
from typing import Any, Final

from cfn_table.design.context import Context, Parametric, read_context, substitute
from cfn_table.design.design import Design, Policy
from cfn_table.design.model import DesignFile, IncludedFile, PolicyFile
from cfn_table.design.references import check_references
from cfn_table.design.source import Mapping, Sequence, SourceFile, Text, parse, read_file
from cfn_table.design.suggest import shown
from cfn_table.design.validate import validate
from cfn_table.design.values import reads_as_text
from cfn_table.errors import InputError
from cfn_table.findings import Finding, Location
from cfn_table.project import Project, as_named

_UNORDERED: Final = tuple(
    tuple(path.split("."))
    for path in (
        "design.regions",
        "design.indexes",
        "design.indexes.*.projection.include",
        "design.vector_indexes",
        "design.vector_indexes.*.projection.include",
        "design.vector_indexes.*.filters",
        "design.table.replicas",
        "policies.*.allow",
        "policies.*.attributes.*",
    )
)
"""Lists whose order means nothing, so that it does not count in the digest either."""


def load_design(
    path: str | os.PathLike[str],
    *,
    context: AnyMapping[str, str] | None = None,
    environment: AnyMapping[str, str] | None = None,
    project: Project | None = None,
) -> Design:
    """Read a design file, the files that it includes, and its policies.

    Args:
        path: the design file.
        context: values for context entries; they win over the environment. Names that the design does not declare are
            ignored.
        environment: where declared names are looked up; `os.environ` by default.
        project: the project's folder; by default the parent of the `templates` folder that holds the file.

    Raises:
        InputError: with every problem found, each with its place.
    """
    file = Path(path)
    project = project or Project.of_design(file)
    if file.is_symlink() or as_named(file).is_relative_to(project.root):
        project.require_inside(file)
    raw = parse(read_file(file, name=project.name_of(file)))
    settings = read_context(raw.get("context"), context or {}, os.environ if environment is None else environment)
    files = [file]
    for included in _included(raw, file, project):
        _merge(raw, included, project)
        files.append(included)
    substitute(raw, settings)
    model = validate(DesignFile, raw)
    policies = []
    for policy_file in _policy_files(project, model.design):
        policies.append(_read_policy(policy_file, project, settings))
        files.append(policy_file)
    hook_text = b""
    if model.extend:
        hook = project.root / model.extend.partition(":")[0]
        project.require_inside(hook)
        hook_text = read_file(hook, name=project.name_of(hook)).text.encode()
        files.append(hook)
    texts = _texts(project)
    published = {name: file for name, file in texts.items() if name.startswith(_OF_VERSIONS)}
    files += [project.texts / name for name in published]
    design = Design(
        file=model,
        policies=tuple(sorted(policies, key=lambda policy: policy.name)),
        context=settings,
        raw=raw,
        root=project.root,
        path=project.name_of(file),
        files=_recorded(files, project),
        inputs_digest=_digest(raw, policies, settings, hook_text, published),
        texts=texts,
    )
    findings = sorted(check_references(design), key=Finding.sort_key)
    if findings:
        raise InputError.of(findings)
    return design


def _recorded(files: Iterable[Path], project: Project) -> tuple[str, ...]:
    """The files' names as a manifest records them, which is a text."""
    names = sorted({project.relative(each) for each in files})
    for name in names:
        if name != name.encode("utf-8", "replace").decode():
            named = name.encode("utf-8", "backslashreplace").decode()
            raise InputError(
                f"the file name `{named}` is no text in UTF-8", help="rename the file", location=Location(named)
            )
    return tuple(names)


def _included(raw: Mapping, file: Path, project: Project) -> list[Path]:
    globs = raw.get("include")
    if globs is None:
        return []
    found: list[Path] = []
    for glob in globs if isinstance(globs, Sequence) else [globs]:
        if not isinstance(glob, str) or not glob or glob.startswith("/"):
            raise InputError(
                "`include` takes globs relative to this file, such as `kv-storage/*.yaml`", location=_place(glob, raw)
            )
        try:
            matches = sorted(match for match in file.parent.glob(str(glob)) if match.is_file())
        except (ValueError, NotImplementedError, OSError, IndexError, RuntimeError):
            # All that pathlib raises, in one version of Python or another, for a glob that can match nothing.
            matches = []
        if not matches:
            raise InputError(
                f"{shown(glob)} matches no file",
                help="the glob is relative to this file's folder",
                location=_place(glob, raw),
            )
        for match in matches:
            project.require_inside(match)
            if match.resolve() != file.resolve() and match not in found:
                found.append(match)
    return found


def _place(value: Any, raw: Mapping) -> Any:
    return getattr(value, "location", raw.location)


def _merge(raw: Mapping, path: Path, project: Project) -> None:
    included = parse(read_file(path, name=project.name_of(path)))
    validate(IncludedFile, included)
    for section in ("entities", "access_patterns"):
        for name, value in included.get(section, {}).items():
            target = raw.setdefault(section, included[section])
            if target is included[section] or not isinstance(target, Mapping):
                break  # nothing to merge into; what is no mapping is reported when the design is validated
            if name in target:
                first = target.key(name) or name
                raise InputError(f"{shown(name)} is declared twice, first at {first.location}", location=name.location)
            target[name] = value


_OF_VERSIONS: Final = ("deploy.", "types.", "_")
"""Beginnings of names of text templates that versions are made of; all others are for what commands print."""


def _texts(project: Project) -> dict[str, SourceFile]:
    """The project's text templates by name."""
    help = "text templates are files in this folder: move what is there away"
    files = _files(project, project.texts, (".j2",), help)
    return {file.name: read_file(file, name=project.name_of(file)) for file in files}


def _policy_files(project: Project, design: str) -> list[Path]:
    folder = project.policies(design)
    help = "policies are files in a folder of the design's name: move what is there away"
    if not folder.parent.is_dir():
        return _files(project, folder.parent, (), help)
    return _files(project, folder, (".yaml", ".yml"), help)


def _files(project: Project, folder: Path, suffixes: tuple[str, ...], help: str) -> list[Path]:
    """The files in a folder of the project with one of these suffixes, sorted; none where there is no such folder."""
    if not folder.is_dir():
        if folder.exists() or folder.is_symlink():
            named = project.name_of(folder)
            raise InputError(f"`{named}` is not a folder", help=help, location=Location(named))
        return []
    project.require_inside(folder)
    try:
        entries = list(folder.iterdir())
    except OSError as error:
        named = project.name_of(folder)
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"`{named}` cannot be read: {reason}", location=Location(named)) from None
    files = sorted(path for path in entries if path.suffix in suffixes and not path.name.startswith("."))
    for file in files:
        project.require_inside(file)
    return files


def _read_policy(path: Path, project: Project, context: Context) -> Policy:
    raw = parse(read_file(path, name=project.name_of(path)))
    substitute(raw, context)
    policy = Policy(validate(PolicyFile, raw), raw)
    if policy.name != path.stem:
        raise InputError(
            f"the policy `{policy.name}` is in a file named `{path.name}`",
            help=f"name the file `{policy.name}.yaml`",
            location=policy.locate("policy"),
        )
    return policy


def _digest(
    raw: Mapping, policies: Iterable[Policy], context: Context, hook: bytes, texts: AnyMapping[str, SourceFile]
) -> str:
    content = {
        "design": {key: value for key, value in raw.items() if key not in ("include", "context")},
        "policies": {policy.name: policy.raw for policy in policies},
        "context": dict(context.values),
        "parameters": {name: [each.logical_id, each.properties] for name, each in context.parameters.items()},
        "hook": hashlib.sha256(hook).hexdigest() if hook else "",
    }
    if texts:  # without any, the digest is that of before there were any
        content["texts"] = {name: hashlib.sha256(file.text.encode()).hexdigest() for name, file in texts.items()}
    return hashlib.sha256(_json(_canonical(content)).encode("utf-8", "surrogatepass")).hexdigest()


def _canonical(value: Any, path: tuple[str, ...] = ()) -> Any:
    """The value as JSON holds it, where a plain `null` or `1.0` differs from the same text in quotes."""
    if isinstance(value, dict):
        return {str(key): _canonical(item, (*path, str(key))) for key, item in value.items()}
    if isinstance(value, list):
        items = [_canonical(item, (*path, "*")) for item in value]
        return sorted(items, key=_json) if _is_unordered(path) else items
    if isinstance(value, Parametric):
        return {"parameters": [part if isinstance(part, str) else {"ref": part.logical_id} for part in value.parts]}
    if isinstance(value, Text) and value.plain and not reads_as_text(value):
        return {"plain": str(value)}
    return value


def _is_unordered(path: tuple[str, ...]) -> bool:
    return any(
        len(path) == len(steps) and all(step in ("*", name) for step, name in zip(steps, path, strict=True))
        for steps in _UNORDERED
    )


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
