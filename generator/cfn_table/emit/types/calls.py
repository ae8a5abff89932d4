"""What each access pattern's function takes and returns, in no language: the request as a tree with symbols in it.

The tree is what `cfn_table.design.requests.call_parameters` would give, with `Argument`, `KeyText` and the other
symbols of this module where it has values. Values are native: no `{"S": …}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from typing import Any

from cfn_table.design.design import Design
from cfn_table.design.expressions import PARAMETER, Operand, member_kind
from cfn_table.design.generated_names import FunctionName, pattern_functions
from cfn_table.design.keys import Domain, Placeholder
from cfn_table.design.model import PatternBase
from cfn_table.design.requests import BATCHES, MOST_IN_BATCH, Request, derive, parameters
from cfn_table.design.requests.calls import PART_NAMES, kind_of, request_views
from cfn_table.design.values import convert, convert_json


@dataclass(frozen=True, slots=True)
class TableName:
    """The table's name where it is deployed."""


@dataclass(frozen=True, slots=True)
class IndexName:
    """An index's name where it is deployed; `ref` is its id."""

    ref: str


@dataclass(frozen=True, slots=True)
class Argument:
    """A parameter of the access pattern.

    Attributes:
        name: as the design writes it.
        kind: its type in the design language.
        values: the only values that make sense, as the design writes them; empty for any.
    """

    name: str
    kind: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyPart:
    """An argument inside of a key's text.

    Attributes:
        argument: the parameter.
        domain: what it may hold; None for a free part, such as the prefix that `begins_with` looks for.
        placeholder: its form (`{number:010}`).
    """

    argument: Argument
    domain: Domain | None
    placeholder: Placeholder


@dataclass(frozen=True, slots=True)
class KeyText:
    """A key attribute's value or the bound of a range: texts and arguments, joined. There is at least one argument."""

    parts: tuple[str | KeyPart, ...]


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that the design fixes.

    Attributes:
        value: str, Decimal, bool, bytes, None, or a list or mapping of them; a set is a list.
        kind: its type in the design language; `any` where it says itself what it is.
    """

    value: Any
    kind: str = "any"


@dataclass(frozen=True, slots=True)
class EntityKey:
    """The table key of an item of an entity, as its key builder makes it.

    Attributes:
        entity: the entity's name.
        arguments: placeholder → what it is called with.
    """

    entity: str
    arguments: AnyMapping[str, Argument | Constant]


@dataclass(frozen=True, slots=True)
class StoredItem:
    """The stored item of an item that the function takes, as the entity's item builder makes it."""

    parameter: ItemParameter


@dataclass(frozen=True, slots=True)
class ItemParameter:
    """An item that a function takes, as applications see it.

    Attributes:
        name: what the parameter is called: the entity, and a number from the second item on.
        entity: the entity's name.
    """

    name: str
    entity: str


@dataclass(frozen=True, slots=True)
class BatchOf:
    """The members of a batch: of BatchGetItem the keys, of BatchWriteItem the requests, of all entities.

    Attributes:
        operation: `BatchGetItem` or `BatchWriteItem`.
        entities: names of the entities, in the design's order.
    """

    operation: str
    entities: tuple[str, ...]

    @property
    def limit(self) -> int:
        """How many members one call may have (API reference, BatchGetItem and BatchWriteItem)."""
        return MOST_IN_BATCH[self.operation]


@dataclass(frozen=True, slots=True)
class Call:
    """The function of one operation of an access pattern.

    Attributes:
        pattern: the access pattern's name.
        function: what the function is called in each language.
        description: what the pattern is for, as the design says; may be empty.
        operation: the API's name of it.
        entities: the entities whose items it reads or writes; empty for a Scan of everything.
        arguments: what it takes, in order of first use.
        items: the items that it puts.
        batch: what a batch is made of; None for all other operations.
        input: the request: parameter of the API → tree of mappings, lists, texts, numbers, booleans and symbols.
        returns: the attributes or paths that a read projects; None for all.
    """

    pattern: str
    function: FunctionName
    description: str
    operation: str
    entities: tuple[str, ...]
    arguments: tuple[Argument, ...]
    items: tuple[ItemParameter, ...]
    batch: BatchOf | None
    input: AnyMapping[str, Any]
    returns: tuple[str, ...] | None


def calls_of(design: Design) -> list[Call]:
    """The function of every operation of every access pattern, in the design's order."""
    return [
        _call(design, name, pattern, request, pattern_functions(design, name)[request.operation])
        for name, pattern in design.file.access_patterns.items()
        for request in derive(design, name)
    ]


def _call(design: Design, name: str, pattern: PatternBase, request: Request, function: FunctionName) -> Call:
    writer = _Writer(design, request, pattern)
    tree = writer.whole()
    return Call(
        name,
        function,
        pattern.description,
        request.operation,
        request.entities,
        tuple(dict.fromkeys(_arguments(tree))),
        tuple(writer.items),
        BatchOf(request.operation, request.entities) if request.operation in BATCHES else None,
        tree,
        request.returns,
    )


def _arguments(tree: Any) -> Iterator[Argument]:
    """Every argument of a tree, in order."""
    if isinstance(tree, Argument):
        yield tree
    elif isinstance(tree, KeyText):
        yield from (part.argument for part in tree.parts if isinstance(part, KeyPart))
    elif isinstance(tree, EntityKey):
        yield from _arguments(list(tree.arguments.values()))
    elif isinstance(tree, dict):
        yield from _arguments(list(tree.values()))
    elif isinstance(tree, list):
        for each in tree:
            yield from _arguments(each)


class _Writer:
    """Writes the tree of one request."""

    def __init__(self, design: Design, request: Request, pattern: PatternBase) -> None:
        self.design = design
        self.request = request
        self.pattern = pattern
        self.items: list[ItemParameter] = []
        self.kinds = parameters(design, request)
        self.listed: dict[str, tuple[str, ...]] = {}

    def whole(self) -> dict[str, Any]:
        request, pattern = self.request, self.pattern
        if request.operation in BATCHES:
            members = BatchOf(request.operation, request.entities)
            if request.operation == "BatchWriteItem":
                return {"RequestItems": {TableName(): members}}
            names = self.names(request)
            return {"RequestItems": {TableName(): {"Keys": members, **request.expressions, **names}}}
        if not request.parts:
            self.listed = _listed(self.design, pattern, request)
            return {"TableName": TableName(), **self.single(request, {})}
        stated = getattr(pattern, "parts", ())
        for part, written in zip(request.parts, stated, strict=True):
            self.listed = {**_listed(self.design, written, part), **self.listed}
        return {
            "TransactItems": [
                {
                    PART_NAMES[part.operation]: {
                        "TableName": TableName(),
                        **self.single(part, written.bindings),
                    }
                }
                for part, written in zip(request.parts, stated, strict=True)
            ]
        }

    def single(self, request: Request, bindings: AnyMapping[str, Any]) -> dict[str, Any]:
        """The parameters of one operation, or of one part of a transaction; see `call_parameters`."""
        found: dict[str, Any] = {}
        if request.keys.index is not None:
            found["IndexName"] = IndexName(request.keys.index)
        if request.operation == "PutItem":
            found["Item"] = StoredItem(self.item(request.entities[0]))
        elif request.operation not in ("Query", "Scan"):
            found["Key"] = self.key(request, bindings)
        found.update(request.expressions)
        found.update(self.names(request))
        if request.values:
            values = {name: self.operand(request, each) for name, each in request.values.items()}
            found["ExpressionAttributeValues"] = values
        if request.order == "descending":
            found["ScanIndexForward"] = False
        if request.limit is not None:
            parameter = isinstance(request.limit, str)
            found["Limit"] = Argument(str(request.limit).strip("{}"), "number") if parameter else request.limit
        return found

    def names(self, request: Request) -> dict[str, Any]:
        return {"ExpressionAttributeNames": dict(request.names)} if request.names else {}

    def item(self, entity: str) -> ItemParameter:
        same = sum(each.entity == entity for each in self.items)
        parameter = ItemParameter(f"{entity}{same + 1}" if same else entity, entity)
        self.items.append(parameter)
        return parameter

    def key(self, request: Request, bindings: AnyMapping[str, Any]) -> EntityKey:
        entity = request.entities[0]
        view = self.design.entities[entity]
        placeholders = dict.fromkeys(
            name for each in self.design.table_keys.names for name in view.templates[each].placeholders
        )
        found: dict[str, Argument | Constant] = {}
        for name in placeholders:
            domain = view.domains[name]
            bound = str(bindings.get(name, f"{{{name}}}"))
            parameter = PARAMETER.match(bound)
            if parameter is None:
                found[name] = Constant(convert(domain.type, bound), domain.type)
            else:
                found[name] = self.argument(parameter[1], domain.values)
        return EntityKey(entity, found)

    def argument(self, name: str, values: Sequence[str] = ()) -> Argument:
        listed = tuple(values) or self.listed.get(name, ())
        self.listed.setdefault(name, listed)
        return Argument(name, self.kinds[name], listed)

    def operand(self, request: Request, operand: Operand) -> Any:
        """As `call_parameters` has it, with symbols for what an argument gives."""
        if operand.template is not None:
            return self.key_value(request, operand)
        kind = kind_of(self.design, request, operand.attribute)
        kind = member_kind(kind) if operand.member else kind
        if operand.parameter is not None:
            return self.argument(operand.parameter)
        raw = operand.constant
        if kind.endswith("_set") and isinstance(raw, str):
            kind = kind.removesuffix("_set")
        if kind in ("string", "timestamp", "date") and isinstance(raw, str):
            return Constant(str(raw), "string")
        return Constant(convert_json(raw) if kind in ("any", "map", "list") else convert(kind, raw), kind)

    def key_value(self, request: Request, operand: Operand) -> Any:
        template = operand.template
        assert template is not None
        key_type = self.design.key_types.get(operand.attribute, "S")
        whole = template.whole
        if key_type != "S" and whole is not None:
            domain = self.domain(request, whole.name)
            return self.argument(whole.name, () if domain is None else domain.values)
        if key_type != "S":
            kind = {"N": "number", "B": "binary"}[key_type]
            return Constant(convert(kind, str(template)), kind)
        if template.is_constant:
            return Constant(str(template), "string")
        return KeyText(tuple(each if isinstance(each, str) else self.part(request, each) for each in template.parts))

    def part(self, request: Request, placeholder: Placeholder) -> KeyPart:
        domain = self.domain(request, placeholder.name)
        return KeyPart(self.argument(placeholder.name, () if domain is None else domain.values), domain, placeholder)

    def domain(self, request: Request, name: str) -> Domain | None:
        original = request.renamed.get(name, name)
        views = request_views(self.design, request.entities)
        return next((view.domains[original] for view in views if original in view.domains), None)


def _listed(design: Design, pattern: PatternBase, request: Request) -> dict[str, tuple[str, ...]]:
    """Parameter → the values of the attribute that it is set to or compared with as a whole."""
    found: dict[str, tuple[str, ...]] = {}
    places = list(pattern.set.items())
    if request.operation == "UpdateItem" and not (pattern.set or pattern.add or pattern.remove):
        places = [(path, f"{{{path}}}") for path in request.changes]
    for alternatives in (getattr(pattern, "filter", None), pattern.condition):
        for group in () if isinstance(alternatives, str) else alternatives or ():
            for test in group:
                if test.comparison in ("equals", "not_equals", "in"):
                    places += [(test.path, raw) for raw in test.operands]
    views = request_views(design, request.entities)
    for path, raw in places:
        attribute = next((view.attributes[path] for view in views if path in view.attributes), None)
        if attribute is not None and attribute.values and isinstance(raw, str) and raw[:1] == "{":
            found.setdefault(raw.strip("{}"), attribute.values)
    return found
