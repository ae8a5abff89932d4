"""`review`: what a change does, between two designs, templates, versions, stacks or tables, or of a whole project."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cfn_table.errors import CfnTableError, UsageError
from cfn_table.findings import Location
from cfn_table.pipeline.prepared import Settings
from cfn_table.pipeline.sources.found import NOWHERE, Found, Live, Single, SourceOptions, Whole, together
from cfn_table.pipeline.sources.named import STDIN, Source, Sources

if TYPE_CHECKING:
    from cfn_table.review.report import Review

__all__ = ["SourceOptions", "review_change"]

NO_OPTIONS: Final = SourceOptions()
"""What the environment says about AWS, and nothing on standard input."""


def review_change(
    old: str | None, new: str | None, settings: Settings, options: SourceOptions = NO_OPTIONS
) -> Iterator[Review]:
    """Review what going from `old` to `new` does, one review for each design or template.

    Each may be a design (its file or its name), a template file or `-`, a published version (`DESIGN@VERSION` or its
    folder), a project's folder, `git:REF` (all designs there; `git:REF...` where this branch left that one),
    `git:REF:PATH`, `stack:NAME` (what is deployed) or `table:NAME` (a live table).

    Args:
        old: what is there. Without it, what was committed where this branch left the main branch. A design of the
            project alone, or its folder, is the new side: it is compared with what it was there.
        new: what is to be; without it the working tree: all designs, or the one that `old` is of.
        settings: the context of designs.
        options: where stacks and tables are, and what standard input holds.

    Raises:
        UsageError: a name names nothing, or it is not clear which design is meant.
        CfnTableError: a side cannot be read; of several designs, after the reviews of all others.
    """
    if old == STDIN and new == STDIN:
        raise UsageError("standard input can be read once", help="give one of the sides as a file")
    with ExitStack() as folders:
        sources = Sources(settings, options, folders, (old, new))
        before, after = _both(sources, old, new)
        _require_declared(sources, before, after)
        try:
            yield from _reviews(before, after)
        except CfnTableError as error:
            raise together([error]) from error


def _both(sources: Sources, old: str | None, new: str | None) -> tuple[Source, Source]:
    """Both sources, with what is meant where one is not named."""
    if old is None:
        after = sources.named(new) if new is not None else sources.working_tree()
        return sources.merge_base(), after
    before = sources.named(old)
    if new is not None:
        return before, sources.named(new)
    if sources.is_of_the_project(before):
        return sources.merge_base(), before
    if isinstance(before, Single) and before.name.startswith("git:") and (same := _same_file(sources, old)):
        return before, same
    return before, sources.working_tree()


def _same_file(sources: Sources, old: str) -> Source | None:
    """The template of the working tree that `git:REF:PATH` was; None where a design or nothing is there."""
    path = Path(old.split(":", 2)[2])
    if not path.is_file():
        return None
    found = sources.named(str(path))
    return found if isinstance(found, Single) and not found.files else None


def _require_declared(sources: Sources, *sides: Source) -> None:
    """Refuse a context value that no design of either side declares."""
    from cfn_table.pipeline.prepared import require_declared
    from cfn_table.pipeline.sources.designs import ProjectDesigns

    if not sources.settings.context:
        return
    files: list[Path] = []
    for side in sides:
        if isinstance(side, ProjectDesigns | Single):
            files += side.files
    require_declared(files, sources.settings)


def _reviews(old: Source, new: Source) -> Iterator[Review]:
    if isinstance(old, Single | Live) and isinstance(new, Single | Live):
        before, after = _loaded(old, new)
        yield _review(before, after)
    elif isinstance(old, Single | Live):
        assert not isinstance(new, Single | Live)
        yield _review(*_in_whole(old, new))
    elif isinstance(new, Single | Live):
        after, before = _in_whole(new, old)
        yield _review(before, after)
    else:
        yield from _all_reviews(old, new)


def _all_reviews(old: Whole, new: Whole) -> Iterator[Review]:
    """A review for each design; what cannot be read is told at the end."""
    failures: list[CfnTableError] = []
    names = sorted({*old.names(), *new.names()})
    if not names and (unreadable := [*old.unreadable, *new.unreadable]):
        raise together(unreadable)
    if not names:
        raise UsageError(f"there is no design in `{new.title}`", help="`cfn-table init` makes a project")
    for name in names:
        try:
            yield _review(old.find(name), new.find(name), name)
        except CfnTableError as error:
            failures.append(error)
    # The same error is met for each design that may be in the file.
    told = [*failures, *old.unreadable, *new.unreadable]
    if told:
        raise together(list({_about(each): each for each in told}.values()))


def _about(error: CfnTableError) -> tuple[tuple[str, str, int], ...]:
    """What an error says of which file; a file that is broken on both sides is told of once, as it is here."""
    places = [(each.location or Location("")) for each in error.findings]
    names = [place.path.replace(":", "/").rpartition("/")[2] for place in places]
    return tuple(
        (name, each.message, place.line) for name, each, place in zip(names, error.findings, places, strict=True)
    )


def _loaded(old: Single | Live, new: Single | Live) -> tuple[Found, Found]:
    """Both sides; a live table is found beside the other side."""
    if isinstance(old, Live):
        return old.against(new.against(NOWHERE)[0] if isinstance(new, Live) else new.load())
    before = old.load()
    if isinstance(new, Single):
        return before, new.load()
    after, before = new.against(before)
    return before, after


def _in_whole(single: Single | Live, whole: Whole) -> tuple[Found, Found]:
    """A side, and the one of the same design in a project."""
    if isinstance(single, Live):
        return single.against(_of_table(single, whole))
    found = single.load()
    if found.design_name and found.side.version:
        return found, whole.find(found.design_name)
    names = whole.names()
    name = found.design_name or single.name.partition(":")[2]
    if name not in names:
        # Of what is no version of ours it is a guess: the only design, or none.
        if len(names) != 1 or found.design_name:
            raise _unclear(single.name, whole, names)
        (name,) = names
    return found, whole.find(name)


def _of_table(live: Live, whole: Whole) -> Found:
    """The design whose table has that name, else the only one."""
    names = whole.names()
    if len(names) == 1:
        return whole.find(names[0])
    table = live.table.rpartition("/")[2]  # of an ARN
    for name in names:
        found = whole.find(name)
        if table in _table_names(found):
            return found
    raise _unclear(live.name, whole, names)


def _table_names(found: Found) -> set[object]:
    resources = found.side.data.get("Resources", {})
    properties = (each.get("Properties") for each in resources.values() if isinstance(each, dict))
    return {
        each["TableName"] for each in properties if isinstance(each, dict) and isinstance(each.get("TableName"), str)
    }


def _unclear(name: str, whole: Whole, names: list[str]) -> UsageError:
    known = ", ".join(f"`{each}`" for each in names)
    if not known:
        return UsageError(
            f"there is no design in `{whole.title}` to compare `{name}` with", help="`cfn-table init` makes a project"
        )
    return UsageError(
        f"it is not clear which design of `{whole.title}` `{name}` is to be compared with", help=f"name one of {known}"
    )


def _review(old: Found, new: Found, name: str = "") -> Review:
    from cfn_table.review.compare import review_sides

    name = name or new.design_name or old.design_name or new.side.name or old.side.name
    review = review_sides(old.side, new.side, name)
    notes = tuple(dict.fromkeys((*old.notes, *new.notes)))
    return replace(review, notes=(*review.notes, *notes)) if notes else review
