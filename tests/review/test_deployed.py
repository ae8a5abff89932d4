"""What is known of a deployed stack, its importers and its parameters, makes sure what else only may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from cfn_table.review.compare import review_sides
from tests.review.pairs import FOLDER, file_of, side_of, told


def reviewed(
    case: str, imports: Mapping[str, tuple[str, ...]] | None = None, parameters: Mapping[str, str] | None = None
) -> list[dict[str, object]]:
    """The changes of a pair of which the old side is deployed."""
    old, new = (side_of(file_of(FOLDER / case, side)) for side in ("old", "new"))
    deployed = replace(old, imports=imports, parameters=parameters or {})
    return [told(change) for change in review_sides(deployed, new).changes]


def test_an_export_that_is_imported_is_refused_for_sure() -> None:
    """The stacks that import it are named."""
    (found,) = reviewed("exports-stay/removed", {"orders-arn": ("reports", "shop")})
    assert {
        "rule": "exports-stay",
        "effect": "refused",
        "severity": "error",
        "path": "Outputs/TableArn",
        "breaking": True,
        "message": "export `orders-arn` is removed, and is imported by `reports`, `shop`",
    } == found


def test_an_export_that_nobody_imports_is_no_obstacle() -> None:
    """The update goes through, and only who would import it later cannot."""
    (found,) = reviewed("exports-stay/removed", {"other": ("shop",)})
    assert ("none", "warning") == (found["effect"], found["severity"])
    assert "export `orders-arn` is removed; no stack imports it" == found["message"]


def test_the_stream_of_an_imported_export_cannot_be_replaced() -> None:
    """Another view is another ARN, and the export of it is in use."""
    found = reviewed("streams-stay/with-readers-and-an-export", {"orders-stream": ("search",)})
    told_of = [each for each in found if each["rule"] == "exports-stay"]
    message = (
        "export `orders-stream` has another value, since `Table.StreamArn` is replaced, and is imported by `search`"
    )
    assert [("refused", message)] == [(each["effect"], each["message"]) for each in told_of]


@pytest.mark.parametrize(("value", "certain"), [("test", [True]), ("prod", [])])
def test_the_value_of_a_parameter_decides(value: str, certain: list[bool]) -> None:
    """A stack whose value is no longer allowed is refused; any other is not concerned."""
    found = reviewed("parameters-stay/fewer-values", parameters={"Stage": value})
    assert certain == [each.get("certain", True) for each in found]


def test_a_known_stage_is_the_only_one() -> None:
    """The bucket's name changes in production, and the stack is not in production."""
    assert [] == reviewed("resources-stay-in-place/in-production", parameters={"Stage": "dev"})
    assert [] != reviewed("resources-stay-in-place/in-production", parameters={"Stage": "prod"})
