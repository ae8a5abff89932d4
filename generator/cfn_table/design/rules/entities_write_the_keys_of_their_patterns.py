"""Each access pattern's key attributes are written by its entity.

Why: a query of an index finds only items that have the index's key attributes. An entity that never writes them is
never found: a defect that shows in production, after the items were written.

Example:
    user: {keys: {PK: "USER#{userId}", SK: METADATA}, attributes: {userId: string, apiKey: string}}
    get_user_by_api_key: {operation: Query, index: GSI1, entity: user}

Use instead: keys that carry the pattern: add `GSI1PK: APIKEY#{apiKey}` and `GSI1SK: METADATA`.

Known problems: an entity that may lack the key (`GSI1PK?`) makes the index sparse; that is a note.

Source: DynamoDB developer guide, "Take advantage of sparse indexes".
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.rules._facts import breaches, listed, requests
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "entities-write-the-keys-of-their-patterns"
SEVERITY = Severity.ERROR
SUPPRESSIBLE = False


def check(design: Design) -> Iterator[Violation]:
    """A violation for every pattern whose entity never writes a key attribute; a note where it may lack one."""
    yield from breaches(design, NAME)
    for name, request in requests(design):
        if request.keys.index is None:
            continue
        for entity in request.entities:
            lacking = [key for key in request.keys.names if design.entities[entity].may_lack(key)]
            if lacking:
                message = f"access pattern `{name}`: items of `{entity}` without {listed(lacking, 'or')} are not found"
                yield Violation(message, ("access_patterns", name), severity=Severity.NOTE, key=True)
