"""What a design needs of its version, seen from one that is published: the same answer that `review` gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cfn_table.pipeline.prepared import Prepared
    from cfn_table.publish.folders import Snapshot
    from cfn_table.publish.semver import Bump
    from cfn_table.review.side import Side

_TEMPLATE = "template.yaml"


def needed_step(prepared: Prepared, published: Snapshot) -> tuple[Bump, tuple[str, ...]]:
    """The least bump from a published version to a design that is to follow it, and the reasons, gravest first.

    The contract alone would let pass what only the template breaks: a table or a policy that is replaced, and with it
    what others import; a policy that allows less.

    Raises:
        CfnTableError: the published version cannot be read.
    """
    from cfn_table.review.compare import review_sides
    from cfn_table.review.pair import Pair
    from cfn_table.review.version import required_step

    old, new = _published_side(published), _new_side(prepared)
    return required_step(Pair(old, new), review_sides(old, new).changes)


def _published_side(published: Snapshot) -> Side:
    from cfn_table.review.side import Side
    from cfn_table.synth.read import read_template

    text = published.files[_TEMPLATE].decode("utf-8", "replace") if _TEMPLATE in published.files else None
    template = read_template(text, f"{published.place}/{_TEMPLATE}") if text is not None else None
    return Side(published.place, template, contract=published.contract(), version=str(published.manifest().version))


def _new_side(prepared: Prepared) -> Side:
    from cfn_table.publish.folders import CONTRACT, parse_contract
    from cfn_table.review.side import Side
    from cfn_table.synth.read import read_template

    artifacts, design = prepared.artifacts, prepared.design
    return Side(
        prepared.shown,
        read_template(artifacts.yaml, _TEMPLATE),
        design,
        parse_contract(artifacts.files[CONTRACT], CONTRACT),
        design.version,
    )
