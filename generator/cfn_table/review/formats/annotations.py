"""Reviews where reviewers look at changes: code scanning (SARIF) and annotations of lines (GitHub)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cfn_table.findings import Location, Severity
from cfn_table.formats import dumped, github_command
from cfn_table.review.change import Change
from cfn_table.review.formats import words
from cfn_table.review.formats.verdict import said
from cfn_table.review.report import Review, VersionStep
from cfn_table.sarif import sarif_location, sarif_log


def sarif(reviews: Sequence[Review], tool_version: str) -> str:
    """SARIF 2.1.0 (OASIS standard): every change, with the rules that spoke and their help; ends with a line end.

    The place of a result is the line of the design, where there is one, and the template's line is a related place.
    """
    names = sorted(dict.fromkeys(_rules(reviews)))
    results = [result for review in reviews for result in _results(review, names)]
    unseen = [f"{words.title(review)}: {each}" for review in reviews for each in review.undecided]
    members: dict[str, Any] = {}
    if unseen:
        told = [{"level": "warning", "message": {"text": f"could not be looked at: {each}"}} for each in unseen]
        members["invocations"] = [{"executionSuccessful": True, "toolExecutionNotifications": told}]
    return dumped(sarif_log([_rule(name) for name in names], results, tool_version, **members))


def _here(place: Location) -> Location:
    """A place in the checkout: of what only a commit has, the file that had it, without a line."""
    kind, _, rest = place.path.partition(":")
    path = rest.partition(":")[2] if kind == "git" else ""
    return Location(path) if path else place


def _rules(reviews: Sequence[Review]) -> Iterator[str]:
    for review in reviews:
        yield from (change.rule for change in review.changes)
        if review.version is not None and not review.version.enough:
            yield words.VERSION_RULE


def _rule(name: str) -> dict[str, Any]:
    """A rule as it documents itself."""
    from cfn_table.design.rules.document import read_docstring
    from cfn_table.review.rules import RULES

    if name == words.VERSION_RULE:
        law = "A version says at least what changed, by Semantic Versioning."
        return {"id": name, "shortDescription": {"text": law}, "help": {"text": law}}
    module = next((each for each in RULES if name == each.NAME), None)
    if module is None:
        return {"id": name}
    documented = read_docstring(module.__doc__ or "")
    parts = [documented.summary, *(f"{title}\n\n{body}" for title, body in documented.sections.items())]
    return {"id": name, "shortDescription": {"text": documented.summary}, "help": {"text": "\n\n".join(parts)}}


def _results(review: Review, names: list[str]) -> Iterator[dict[str, Any]]:
    for change in words.ordered(review):
        yield _result(change, review, names)
    step = review.version
    if step is not None and not step.enough:
        yield {
            "ruleId": words.VERSION_RULE,
            "ruleIndex": names.index(words.VERSION_RULE),
            "level": Severity.ERROR.value,
            "message": {"text": "\n".join(_version_lines(step))},
            **({"locations": [sarif_location(step.location)]} if step.location is not None else {}),
        }


def _result(change: Change, review: Review, names: list[str]) -> dict[str, Any]:
    places = [sarif_location(_here(each)) for each in (change.design, change.location) if each is not None]
    logical = {"fullyQualifiedName": words.place(change), "kind": "resource" if change.resource else "member"}
    if words.place(change):
        places = [{**each, "logicalLocations": [logical]} for each in places] or [{"logicalLocations": [logical]}]
    return {
        "ruleId": change.rule,
        "ruleIndex": names.index(change.rule),
        "level": change.severity.value,
        "message": {"text": "\n".join(_lines(change, review))},
        **({"locations": places[:1]} if places else {}),
        **({"relatedLocations": places[1:]} if places[1:] else {}),
        "properties": {
            "review": review.name,
            "effect": str(change.effect),
            "certain": change.certain,
            "breaking": change.breaking,
            "access": str(change.access) or "none",
            "when": [f"{'' if value else 'not '}{name}" for name, value in change.when],
        },
    }


def _lines(change: Change, review: Review) -> Iterator[str]:
    yield f"{words.effect(change)}: {change.message}"
    remarks = words.remarks(change)
    if remarks:
        yield "; ".join(remarks)
    if change.help:
        yield f"help: {change.help}"
    yield from (f"- {each}" for each in words.examples(change, review))


def github(reviews: Sequence[Review]) -> str:
    """Workflow commands, which GitHub shows as annotations of the changed lines; ends with a line end unless empty.

    GitHub shows ten annotations of each severity for a step, so the worst come first, and harmless changes are left
    out. The verdict of each review that is of note is a notice, which none of its changes takes the place of.
    """
    return "".join(f"{line}\n" for review in reviews if words.is_of_note(review) for line in _commands(review))


def _commands(review: Review) -> Iterator[str]:
    unseen = [f"could not be looked at: {each}" for each in review.undecided]
    yield github_command(Severity.NOTE, words.title(review), [said(review), *unseen])
    step = review.version
    if step is not None and not step.enough:
        yield github_command(Severity.ERROR, words.VERSION_RULE, _version_lines(step), step.location)
    for change in words.grave(review):
        place = change.design or change.location
        yield github_command(change.severity, change.rule, _lines(change, review), place and _here(place))


def _version_lines(step: VersionStep) -> list[str]:
    return [words.about_version(step), *(f"- {each}" for each in step.reasons)]
