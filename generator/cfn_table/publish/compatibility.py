"""What a change of contract means for those who depend on a published version.

A dependent stack relies on a contract (`contract.json`), so what a change needs is read from two contracts by meaning,
never from the text of two templates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from cfn_table.errors import InputError
from cfn_table.publish.exported_names import names_gone
from cfn_table.publish.semver import Bump

CONTRACT_FORMAT = 1
MAX_SHOWN = 100  # characters of a value in a reason
MAX_NAMES = 3  # names in a reason about generated types
LANGUAGES = {"json-schema": "JSON Schema", "python": "Python", "typescript": "TypeScript"}

Contract = Mapping[str, Any]
# How much an added thing matters, and words that say why.
Added = Callable[[Contract], tuple[Bump, str]]


@dataclass(frozen=True, slots=True)
class ContractChange:
    """One thing that changed in a contract.

    Attributes:
        bump: what it needs at and above 1.0.0; see `softened` for below.
        reason: what changed, in words: one line, lower case, no full stop.
        path: where in the contract, such as `("entities", "user", "keys", "PK")`.
        old, new: the values there; None for what is not there, as for what is null.
    """

    bump: Bump
    reason: str
    path: tuple[str, ...]
    old: Any = None
    new: Any = None


def required_bump(old_contract: Contract, new_contract: Contract) -> tuple[Bump, list[str]]:
    """The least bump from the version of `old_contract` to that of `new_contract`, and the reasons, gravest first.

    Breaking (major) is what can break a dependent that did nothing: what it reads, calls, imports or sets was removed
    or changed, what it must give was added, or what it may write was narrowed. An attribute that becomes optional
    breaks readers, one that becomes required breaks writers. Additive (minor) is what only adds, a new value of an enum
    too: a reader has to expect values that it does not know, as with every additive change of an API. The rest is a
    patch, and contracts of one meaning need none. A field that this program does not know is one that others rely on.

    Below 1.0.0 anything may change: see `softened`.

    Args:
        old_contract: the parsed contract.json of the version that dependents use.
        new_contract: that of the version to come, of the same design. The contracts' `version` is not compared.

    Raises:
        InputError: a contract is of a format that this program does not know.
    """
    found = contract_changes(old_contract, new_contract)
    bump = found[0].bump if found else Bump.NONE
    return softened(bump, str(old_contract.get("version", ""))), [change.reason for change in found]


def softened(bump: Bump, version: str) -> Bump:
    """What a change needs after `version`: below 1.0.0 anything may change (SemVer, item 4).

    There a breaking change needs a minor bump, an additive one a patch, so that a step is still visible.
    """
    if not version.startswith("0."):
        return bump
    return {Bump.MAJOR: Bump.MINOR, Bump.MINOR: Bump.PATCH}.get(bump, bump)


def contract_changes(old_contract: Contract, new_contract: Contract) -> tuple[ContractChange, ...]:
    """Everything that changed between two contracts of one design, gravest first, then by section and name.

    What each needs is said at `required_bump`. Contracts of one meaning have no changes.

    Raises:
        InputError: a contract is of a format that this program does not know.
    """
    for contract in (old_contract, new_contract):
        if (found := contract.get("format", CONTRACT_FORMAT)) != CONTRACT_FORMAT:
            raise InputError(
                f"the contract is of format `{found}`, which this cfn-table does not know",
                help="use the newest cfn-table",
            )
    changes = _Changes()
    known = {"format", "version", "table", "exports", "types", *_SECTIONS}
    changes.fields("the contract's", old_contract, new_contract, but=known)
    old, new = _part(old_contract, "table"), _part(new_contract, "table")
    _table(changes.below("table"), old, new, stored_attributes(old_contract))
    old, new, exports = _part(old_contract, "exports"), _part(new_contract, "exports"), changes.below("exports")
    for name in exports.names("export", old, new):
        exports.below(name).same(f"the output behind export `{name}`", old[name], new[name])
    for section, (word, added, compare) in _SECTIONS.items():
        old, new, members = _part(old_contract, section), _part(new_contract, section), changes.below(section)
        for name in members.names(word, old, new, added):
            compare(members.below(name), f"{word} `{name}`", _mapping(old[name]), _mapping(new[name]))
    if "types" in old_contract:  # a version of before says nothing about them
        _types(changes.below("types"), old_contract, new_contract)
    return tuple(sorted(changes.found, key=lambda change: -change.bump))


class _Changes:
    """Collects what changed at one place of a contract and below it."""

    def __init__(self, path: tuple[str, ...] = (), found: list[ContractChange] | None = None) -> None:
        self.path = path
        self.found: list[ContractChange] = [] if found is None else found

    def below(self, *steps: str) -> _Changes:
        """The same collection, for a place below this one."""
        return _Changes((*self.path, *steps), self.found)

    def add(self, bump: Bump, reason: str, old: Any, new: Any) -> None:
        """A change at this place."""
        self.found.append(ContractChange(bump, reason, self.path, old, new))

    def same(self, what: str, old: Any, new: Any) -> None:
        """A value that others rely on as it is."""
        if old != new:
            self.add(Bump.MAJOR, f"{what} changed from {_shown(old)} to {_shown(new)}", old, new)

    def names(self, what: str, old: Contract, new: Contract, added: Added | None = None) -> list[str]:
        """Report names that were removed (breaking) or added (additive, unless `added` says more); the kept ones."""
        for name in sorted(old.keys() - new.keys()):
            self.below(name).add(Bump.MAJOR, f"{what} `{name}` was removed", old[name], None)
        for name in sorted(new.keys() - old.keys()):
            bump, why = added(_mapping(new[name])) if added else (Bump.MINOR, "")
            self.below(name).add(bump, f"{what} `{name}` was added{why}", None, new[name])
        return sorted(old.keys() & new.keys())

    def members(self, what: str, old: Any, new: Any) -> None:
        """A list whose order has no meaning; None stands for no limit at all."""
        if old == new:
            return
        if not isinstance(old, list):
            was = _shown(old) if old else "all"
            self.add(Bump.MAJOR, f"{what} changed from {was} to {_shown(new)}", old, new)
        elif not isinstance(new, list):
            self.add(Bump.MINOR, f"{what} changed from {_shown(old)} to all", old, new)
        else:
            before, after = {_key(item): item for item in old}, {_key(item): item for item in new}
            for key in sorted(before.keys() - after.keys()):
                self.add(Bump.MAJOR, f"{what} no longer include {_shown(before[key])}", old, new)
            for key in sorted(after.keys() - before.keys()):
                self.add(Bump.MINOR, f"{what} now include {_shown(after[key])}", old, new)

    def fields(self, owner: str, old: Contract, new: Contract, but: Collection[str], added: Bump = Bump.MINOR) -> None:
        """All fields except `but`: a description is for people, others rely on the rest."""
        for name in sorted((old.keys() | new.keys()) - set(but)):
            before, after, place = old.get(name), new.get(name), self.below(name)
            if before == after:
                continue
            what = f"{owner} {_words(name)}"
            if name == "description":
                place.add(Bump.PATCH, f"{what} changed", before, after)
            elif before is None:
                place.add(added, f"{what} {_shown(after)} was added", before, after)
            else:
                place.same(what, before, after)


def _table(changes: _Changes, old: Contract, new: Contract, stored: Collection[str]) -> None:
    """The table itself; `stored` are the names of all attributes that items of the old contract may hold."""
    changes.fields("the table's", old, new, but={"attributes", "timeToLive"})
    before, after = _part(old, "attributes"), _part(new, "attributes")
    attributes = changes.below("attributes")
    for name in attributes.names("key attribute", before, after):
        attributes.below(name).same(f"the type of key attribute `{name}`", before[name], after[name])
    was, ttl, place = old.get("timeToLive"), new.get("timeToLive"), changes.below("timeToLive")
    if was is None and ttl is not None:
        # An attribute that items hold for another reason starts to delete them.
        if ttl in stored:
            place.add(Bump.MAJOR, f"items that hold `{ttl}` already now expire by it", was, ttl)
        else:
            place.add(Bump.MINOR, f"the time to live `{ttl}` was added", was, ttl)
    else:
        place.same("the table's time to live", was, ttl)


def _types(changes: _Changes, old_contract: Contract, new_contract: Contract) -> None:
    """The names that generated types export; one change for each language, since entities have many names."""
    old, new = _part(old_contract, "types"), _part(new_contract, "types")
    for language in sorted(old.keys() | new.keys()):
        what, place = f"the generated types for {LANGUAGES.get(language, language)}", changes.below(language)
        if gone := names_gone(old_contract, new_contract, language):
            place.add(Bump.MAJOR, f"{what} no longer export {_several(gone)}", old.get(language), new.get(language))
        elif more := names_gone(new_contract, old_contract, language):
            place.add(Bump.MINOR, f"{what} now export {_several(more)}", old.get(language), new.get(language))


def _several(names: list[str]) -> str:
    """The first names, and how many more there are."""
    shown = [_shown(name) for name in names[:MAX_NAMES]]
    return ", ".join(shown) + (f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else "")


def _index(changes: _Changes, owner: str, old: Contract, new: Contract) -> None:
    changes.fields(f"{owner}:", old, new, but={"projection"})
    # As a limit: all is none, keys only is a limit to nothing more.
    limits: dict[Any, list[str] | None] = {"ALL": None, "KEYS_ONLY": []}
    before, after = (side.get("projection", "ALL") for side in (old, new))
    changes.below("projection").members(
        f"the attributes that {owner} projects",
        limits.get(before, [before]) if isinstance(before, str) else before,
        limits.get(after, [after]) if isinstance(after, str) else after,
    )


def _parameter(changes: _Changes, owner: str, old: Contract, new: Contract) -> None:
    # Whatever else a parameter has limits its value: a limit that was added can refuse what was fine.
    changes.fields(f"{owner}:", old, new, but={"default", "allowedValues"}, added=Bump.MAJOR)
    values = changes.below("allowedValues")
    values.members(f"the allowed values of {owner}", old.get("allowedValues"), new.get("allowedValues"))
    before, after, default = old.get("default"), new.get("default"), changes.below("default")
    if before is not None and after is None:
        default.add(Bump.MAJOR, f"{owner} lost its default", before, after)
    elif before != after:
        # An existing stack keeps its value (previous values are the default of an update); only new stacks see this.
        reason = f"the default of {owner} changed from {_shown(before)} to {_shown(after)}"
        default.add(Bump.MINOR, reason, before, after)


def _parameter_added(parameter: Contract) -> tuple[Bump, str]:
    return (Bump.MINOR, "") if parameter.get("default") is not None else (Bump.MAJOR, " without a default")


def _entity(changes: _Changes, owner: str, old: Contract, new: Contract) -> None:
    changes.fields(f"{owner}:", old, new, but={"keys", "attributes", "sparse"})
    before, after = _part(old, "keys"), _part(new, "keys")
    keys = changes.below("keys")
    for name in keys.names(f"{owner}: key", before, after):
        # Every stored item of the entity is out of reach under another key.
        keys.below(name).same(f"{owner}: the template of key `{name}`", before[name], after[name])
        was, lacks = (name in (side.get("sparse") or ()) for side in (old, new))
        if was != lacks:
            reason = f"{owner}: key `{name}` became {'optional' if lacks else 'required'}"
            changes.below("sparse", name).add(Bump.MAJOR, reason, was, lacks)
    before, after, attributes = _part(old, "attributes"), _part(new, "attributes"), changes.below("attributes")
    for name in attributes.names(f"{owner}: attribute", before, after, _attribute_added):
        whose = f"{owner}: attribute `{name}`"
        _attribute(attributes.below(name), whose, _mapping(before[name]), _mapping(after[name]))


def _attribute_added(attribute: Contract) -> tuple[Bump, str]:
    # Writers that know the old contract store items without it, which the new contract calls invalid.
    return (Bump.MINOR, "") if attribute.get("optional") else (Bump.MAJOR, " as a required one")


def _attribute(changes: _Changes, owner: str, old: Contract, new: Contract) -> None:
    changes.fields(f"{owner}:", old, new, but={"optional", "values"}, added=Bump.MAJOR)
    changes.below("values").members(f"the values of {owner}", old.get("values"), new.get("values"))
    before, after = bool(old.get("optional")), bool(new.get("optional"))
    if before != after:
        reason = f"{owner} became {'optional' if after else 'required'}"
        changes.below("optional").add(Bump.MAJOR, reason, before, after)


def _pattern(changes: _Changes, owner: str, old: Contract, new: Contract) -> None:
    changes.fields(f"{owner}:", old, new, but={"operations", "entities", "parameters", "returns", "requests"})
    for name in ("operations", "entities"):
        changes.below(name).members(f"the {name} of {owner}", old.get(name, []), new.get(name, []))
    returns = changes.below("returns")
    returns.members(f"the attributes that {owner} returns", old.get("returns"), new.get("returns"))
    before, after, parameters = _part(old, "parameters"), _part(new, "parameters"), changes.below("parameters")
    # Every caller has to give every parameter.
    for name in parameters.names(f"{owner}: parameter", before, after, lambda _: (Bump.MAJOR, "")):
        parameters.below(name).same(f"{owner}: the type of parameter `{name}`", before[name], after[name])
    before, after = _part(old, "requests"), _part(new, "requests")
    for name in sorted(before.keys() & after.keys()):
        if _meaning(before[name]) != _meaning(after[name]):
            place = changes.below("requests", name)
            place.add(Bump.MAJOR, f"{owner}: what `{name}` asks for changed", before[name], after[name])


def _meaning(request: Any) -> Any:
    """A request without what says nothing new: aliases in expressions, and the projection, which `returns` has."""
    request = _mapping(request)
    aliases = {**_part(request, "ExpressionAttributeNames"), **_part(request, "ExpressionAttributeValues")}
    meaning: dict[str, Any] = {}
    for name, value in request.items():
        if name == "parts" and isinstance(value, list):
            meaning[name] = [_meaning(part) for part in value]
        elif name.endswith("Expression") and isinstance(value, str):
            meaning[name] = re.sub(r"[#:]\w+", lambda match: _key(aliases.get(match[0], match[0])), value)
        elif not name.startswith("ExpressionAttribute"):
            meaning[name] = value
    meaning.pop("ProjectionExpression", None)
    return meaning


def _policy(changes: _Changes, owner: str, old: Contract, new: Contract) -> None:
    changes.fields(f"{owner}:", old, new, but={"allows", "attributes", "bind", "parts", "readStream"})
    allows = changes.below("allows")
    allows.members(f"the patterns that {owner} allows", old.get("allows", []), new.get("allows", []))
    # A dependent attaches one managed policy for each part, by the export of each.
    changes.below("parts").same(f"the number of parts of {owner}", old.get("parts", 1), new.get("parts", 1))
    streams = bool(old.get("readStream")), bool(new.get("readStream"))
    if streams[0] != streams[1]:
        word, bump = ("now", Bump.MINOR) if streams[1] else ("no longer", Bump.MAJOR)
        changes.below("readStream").add(bump, f"{owner} {word} allows to read the stream", *streams)
    before, after, attributes = _part(old, "attributes"), _part(new, "attributes"), changes.below("attributes")
    for name in sorted(before.keys() | after.keys()):
        what = f"the attributes of `{name}` that {owner} allows"
        attributes.below(name).members(what, before.get(name), after.get(name))
    _bindings(changes.below("bind"), owner, old, new)


def _bindings(changes: _Changes, owner: str, old: Contract, new: Contract) -> None:
    before, after = _part(old, "bind"), _part(new, "bind")
    for name in sorted(before.keys() | after.keys()):
        was, now, place = before.get(name), after.get(name), changes.below(name)
        if name not in after:
            place.add(Bump.MINOR, f"{owner} no longer binds `{name}`", was, now)
        # `pattern.placeholder` binds in one pattern only: nobody could use a pattern that was not allowed before.
        elif was != now and ("." not in name or name.split(".")[0] in old.get("allows", [])):
            place.add(Bump.MAJOR, f"{owner} now binds `{name}` to {_shown(now)}", was, now)


# Exports are plain names of outputs and compared apart.
_SECTIONS: dict[str, tuple[str, Added | None, Callable[[_Changes, str, Contract, Contract], None]]] = {
    "parameters": ("parameter", _parameter_added, _parameter),
    "indexes": ("index", None, _index),
    "entities": ("entity", None, _entity),
    "accessPatterns": ("access pattern", None, _pattern),
    "policies": ("policy", None, _policy),
}


def _part(contract: Contract, name: str) -> Contract:
    """A section of a contract; one that is absent has nothing in it."""
    part = contract.get(name)
    return part if isinstance(part, Mapping) else {}


def _mapping(value: Any) -> Contract:
    """What a name stands for; a bare word is a type."""
    return value if isinstance(value, Mapping) else {"type": value}


def stored_attributes(contract: Contract) -> set[str]:
    """The names of all attributes that some entity of a contract has."""
    return {name for entity in _part(contract, "entities").values() for name in _part(_mapping(entity), "attributes")}


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _words(name: str) -> str:
    """The field's name in words: `logical id` for `logicalId`."""
    return re.sub(r"(?<=[a-z])[A-Z]", lambda match: " " + match[0].lower(), name)


def _shown(value: Any) -> str:
    """A value of a contract as a reader would write it, in backticks."""
    if value is None:
        return "none"
    if isinstance(value, Mapping) and isinstance(value.get("partition"), list):
        parts = [*value["partition"], *(value.get("sort") or [])]
        return " and ".join(f"`{part.get('name')}` ({part.get('type')})" for part in map(_mapping, parts))
    text = value if isinstance(value, str) else _key(value)
    return f"`{text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + '…'}`"
