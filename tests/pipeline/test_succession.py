"""`generate` refuses a version that says too little about what its template does, and says which would do."""

from __future__ import annotations

from pathlib import Path

import pytest

from cfn_table.errors import RefusedError
from cfn_table.pipeline.prepared import Settings, build_of, prepare
from cfn_table.publish.store import Outcome, Store

DESIGN = """\
design: shop
version: VERSION
table:
  name: orders
  key: {partition: PK}
  require_tls: true
entities:
  order:
    keys: {PK: "ORDER#{number}"}
    attributes: {number: string}
access_patterns:
  get_order:
    operation: GetItem
    entity: order
"""
POLICY = "policy: api\nallow: [get_order]\n"


def publish(folder: Path, version: str, *edits: tuple[str, str]) -> Outcome:
    """Publish the design with some texts replaced, without its lint."""
    text, policy = DESIGN.replace("VERSION", version), POLICY
    for old, new in edits:
        assert old in text + policy
        text, policy = text.replace(old, new), policy.replace(old, new)
    for path, content in ((folder / "templates/shop.yaml", text), (folder / "policies/shop/api.yaml", policy)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    prepared = prepare(folder / "templates/shop.yaml", Settings(environment={}))
    return Store(folder).publish(build_of(prepared, None))


NAME = ("name: orders", "name: all-orders")
DELETES = ("access_patterns:\n", "access_patterns:\n  drop_order: {operation: DeleteItem, entity: order}\n")
SEVERAL = ("operation: GetItem", "operation: [GetItem, DeleteItem]")


def test_a_template_that_breaks_dependents_needs_a_major(tmp_path: Path) -> None:
    """A table that is replaced is in no contract; what imports its name breaks all the same."""
    publish(tmp_path, "1.0.0")
    with pytest.raises(RefusedError) as caught:
        publish(tmp_path, "1.1.0", NAME)
    (finding,) = caught.value.findings
    assert "version `1.1.0` is too small a step after `1.0.0`: this change needs a major bump" == finding.message
    assert finding.help.startswith(
        "set `version: 2.0.0`, because export `${AWS::StackName}-TableArn` has another value"
    )
    assert finding.location is not None
    assert (2, 10) == (finding.location.line, finding.location.column)
    assert Outcome.CREATED == publish(tmp_path, "2.0.0", NAME)


def test_the_same_version_with_another_template_names_the_version_it_has_to_be(tmp_path: Path) -> None:
    """A published version never changes; the help takes what the template does into account."""
    publish(tmp_path, "1.0.0")
    with pytest.raises(RefusedError) as caught:
        publish(tmp_path, "1.0.0", NAME)
    (finding,) = caught.value.findings
    assert "version `1.0.0` of `shop` is published and never changes" == finding.message
    assert finding.help.startswith("set `version: 2.0.0` (a major bump), because ")


@pytest.mark.parametrize(
    ("edit", "version"),
    [
        (("require_tls: true", "require_tls: false"), "1.0.1"),
        (("require_tls: true", "require_tls: true\n  point_in_time_recovery: true"), "1.0.1"),
        (DELETES, "1.1.0"),
    ],
)
def test_what_breaks_nobody_is_published_under_a_smaller_step(
    edit: tuple[str, str], version: str, tmp_path: Path
) -> None:
    """Settings of the table are a patch, and what is added is a minor."""
    publish(tmp_path, "1.0.0")
    assert Outcome.CREATED == publish(tmp_path, version, edit)


def test_a_second_operation_needs_a_major(tmp_path: Path) -> None:
    """The pattern's function is called `getOrder` alone, and `getOrderGetItem` beside another operation."""
    publish(tmp_path, "1.0.0")
    with pytest.raises(RefusedError) as caught:
        publish(tmp_path, "1.1.0", SEVERAL)
    assert "getOrder" in caught.value.findings[0].help
    assert Outcome.CREATED == publish(tmp_path, "2.0.0", SEVERAL)


def test_what_a_policy_no_longer_allows_needs_a_major(tmp_path: Path) -> None:
    """Requests without TLS are refused now: the contract does not say so, the table's policy does."""
    publish(tmp_path, "1.0.0", ("require_tls: true", "require_tls: false"))
    with pytest.raises(RefusedError) as caught:
        publish(tmp_path, "1.0.1")
    assert (
        "set `version: 2.0.0`, because resource policy `ShopTable/ResourcePolicy` is new, for those it names,"
        " and only denies"
    ) == caught.value.findings[0].help


def test_a_pre_release_promises_nothing(tmp_path: Path) -> None:
    """Whatever follows a pre-release passes."""
    publish(tmp_path, "1.0.0-rc.1")
    assert Outcome.REPLACED == publish(tmp_path, "1.0.0-rc.1", NAME)
    assert Outcome.CREATED == publish(tmp_path, "1.0.0")


def test_below_1_0_0_what_breaks_is_a_minor(tmp_path: Path) -> None:
    """SemVer promises nothing for 0.x; the step is still visible."""
    publish(tmp_path, "0.1.0")
    with pytest.raises(RefusedError) as caught:
        publish(tmp_path, "0.1.1", NAME)
    assert caught.value.findings[0].help.startswith("set `version: 0.2.0`, because ")
    assert Outcome.CREATED == publish(tmp_path, "0.2.0", NAME)
