"""Reviews to look at, and any others."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from cfn_table.findings import Location, Severity
from cfn_table.publish.semver import Bump
from cfn_table.review.change import ABSENT, Access, Change, Effect
from cfn_table.review.formats.programs import RELATIONS
from cfn_table.review.report import PolicyChange, Review, VersionStep

EXPECTED = Path(__file__).parent / "expected"
DESIGN = "templates/kv-storage.yaml"
TEMPLATE = "build/kv-storage/1.1.0/template.yaml"
TABLE = ("Resources", "KVStorageTable")

KEYS = Change(
    rule="keys-stay",
    effect=Effect.DATA_LOSS,
    severity=Severity.ERROR,
    message="the partition key becomes `ID` where it was `PK`, so that the table is replaced and its items are deleted",
    help="add a second table with the new key, copy the items, and remove this one in a later version; a backup of it "
    "can be restored only into a table with the old key",
    resource="KVStorageTable",
    resource_type="AWS::DynamoDB::Table",
    path=(*TABLE, "Properties", "KeySchema", 0, "AttributeName"),
    old="PK",
    new="ID",
    when=(("IsProd", True), ("IsDev", False)),
    breaking=True,
    examples=("`ApiPolicy` refers to it", "`TenantPolicy` refers to it"),
    location=Location(TEMPLATE, 31, 11, "        - AttributeName: ID"),
    design=Location(DESIGN, 12, 21, "  key: {partition: ID, sort: SK}"),
)
INDEXES = Change(
    rule="gsi-changes-one-at-a-time",
    effect=Effect.REFUSED,
    severity=Severity.ERROR,
    message="`GSI1` is removed and `GSI2` is added in one update, and DynamoDB does one of both",
    help="remove `GSI1` in a version of its own",
    resource="KVStorageTable",
    resource_type="AWS::DynamoDB::Table",
    path=(*TABLE, "Properties", "GlobalSecondaryIndexes"),
    old=[{"IndexName": "GSI1", "Projection": {"ProjectionType": "ALL"}}],
    new=[{"IndexName": "GSI2", "Projection": {"ProjectionType": "KEYS_ONLY"}}],
    design=Location(DESIGN, 15, 5, "  - {name: GSI2, key: {partition: GSI2PK}}"),
)
EXPORT = Change(
    rule="exports-stay",
    effect=Effect.NONE,
    severity=Severity.WARNING,
    message="the export `kv-storage-TableArn` is no longer there",
    help="leave it for one more version",
    path=("Outputs", "TableArn", "Export", "Name"),
    old="kv-storage-TableArn",
    breaking=True,
    examples=("stack `orders` imports it",),
    location=Location("build/kv-storage/1.0.0/template.yaml", 210, 5, "    Export:"),
)
ROLE = Change(
    rule="identities-stay",
    effect=Effect.REPLACEMENT,
    severity=Severity.WARNING,
    message="the policy gets another name and so another ARN",
    resource="ApiPolicy",
    resource_type="AWS::IAM::ManagedPolicy",
    path=("Resources", "ApiPolicy", "Properties", "ManagedPolicyName"),
    old="api",
    new="${AWS::StackName}-api",
    certain=False,
    location=Location(TEMPLATE, 80),
)
WIDER = Change(
    rule="policies-stay-narrow",
    effect=Effect.NONE,
    severity=Severity.WARNING,
    message="policy `ApiPolicy` allows more than it did",
    resource="ApiPolicy",
    resource_type="AWS::IAM::ManagedPolicy",
    path=("Resources", "ApiPolicy", "Properties", "PolicyDocument"),
    access=Access.WIDER,
    examples=(
        "dynamodb:Scan on arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/kv-storage-data",
    ),
    location=Location(TEMPLATE, 90, 7, "      PolicyDocument:"),
    design=Location("policies/kv-storage/api.yaml", 3, 9, "allow: [get_value, scan_all]"),
)
POLICIES = (
    PolicyChange(
        "ApiPolicy",
        "wider",
        gained=(
            *WIDER.examples,
            "dynamodb:Query on table/kv-storage-data/index/GSI1\n  dynamodb:LeadingKeys = [NS#myapp]",
        ),
    ),
    PolicyChange("ReportingPolicy", "undecided", undecided=("`NotResource` together with a wildcard in the middle",)),
    PolicyChange("TenantPolicy", "narrower", lost=("dynamodb:DeleteItem on table/kv-storage-data",)),
)
TAGS = tuple(
    Change(
        rule="updates-in-place",
        effect=Effect.NONE,
        severity=Severity.NOTE,
        message=f"tag `team{at}` is added",
        resource="KVStorageTable",
        resource_type="AWS::DynamoDB::Table",
        path=(*TABLE, "Properties", "Tags", at),
        new={"Key": f"team{at}", "Value": "data"},
    )
    for at in range(7)
)
TEXT_ONLY = Change(
    rule="descriptions-say-the-same",
    effect=Effect.NONE,
    severity=Severity.NOTE,
    message="the description of the template is another one",
    path=("Description",),
    old="kv",
    new="A key-value storage",
)

BAD = Review(
    name="kv-storage",
    old="git:main",
    new=DESIGN,
    changes=tuple(sorted((KEYS, INDEXES, EXPORT, ROLE, WIDER, *TAGS, TEXT_ONLY), key=Change.sort_key)),
    policies=POLICIES,
    version=VersionStep(
        "1.0.0",
        "1.1.0",
        Bump.MAJOR,
        ("the key of the table is another one", "export `kv-storage-TableArn` is no longer there"),
        enough=False,
        proposed="2.0.0",
        location=Location(DESIGN, 2, 10, "version: 1.1.0"),
    ),
    undecided=("the transform `AWS::LanguageExtensions` of `git:main`",),
    notes=("compared with cfn-lint's registry schemas of us-east-1",),
)
GOOD = Review(
    name="kv-storage",
    old="kv-storage@1.0.0",
    new="kv-storage@1.0.1",
    changes=(*TAGS[:1], TEXT_ONLY),
    version=VersionStep("1.0.0", "1.0.1", Bump.PATCH, ("texts differ",), enough=True),
)
NARROWER = Review(
    name="stacks/app.yaml",
    old="stack:app",
    new="stacks/app.yaml",
    policies=(PolicyChange("AppRole", "narrower", lost=("s3:GetObject on *",)),),
)
SAME = Review(name="orders", old="orders@1.0.0", new="orders@1.0.0")
NEW = Review(name="invoices", old="", new="templates/invoices.yaml", policies=(PolicyChange("Reader", "new"),))
REMOVED = Review(
    name="legacy",
    old="git:main",
    new="",
    changes=(
        Change(
            "data-outlives-its-stack",
            Effect.ORPHAN,
            Severity.WARNING,
            "the table stays in the account, and no stack has it",
            resource="LegacyTable",
            resource_type="AWS::DynamoDB::Table",
            path=("Resources", "LegacyTable"),
            old={"Type": "AWS::DynamoDB::Table"},
        ),
    ),
)
ALL = (BAD, GOOD, NARROWER, SAME, NEW, REMOVED)

HOSTILE = "a\x1b[2J|`b` <img src=x onerror=alert(1)>\n</details>@all #1 [x](https://e.vil) \\| *c* ]]>{{ 7*7 }}\u202e"
HOSTILE_PLACE = Location(HOSTILE, 3, 2, HOSTILE)
HOSTILE_REVIEW = Review(
    name=HOSTILE,
    old=HOSTILE,
    new=HOSTILE,
    changes=tuple(
        Change(
            rule=HOSTILE,
            effect=effect,
            severity=severity,
            message=HOSTILE,
            help=HOSTILE,
            resource=HOSTILE,
            resource_type=HOSTILE,
            path=("Resources", HOSTILE, "Properties", HOSTILE),
            old={HOSTILE: HOSTILE},
            new=HOSTILE,
            when=((HOSTILE, True),),
            examples=(HOSTILE,),
            location=HOSTILE_PLACE,
            design=HOSTILE_PLACE,
        )
        for effect, severity in ((Effect.DATA_LOSS, Severity.ERROR), (Effect.NONE, Severity.NOTE))
    ),
    policies=(PolicyChange(HOSTILE, "different", (HOSTILE,), (HOSTILE,), (HOSTILE,)),),
    version=VersionStep(HOSTILE, HOSTILE, Bump.MAJOR, (HOSTILE,), False, HOSTILE, HOSTILE_PLACE),
    undecided=(HOSTILE,),
    notes=(HOSTILE,),
)


def big(changes: int, name: str = "kv-storage") -> Review:
    """A review with many changes, every other of them harmless, and long names."""
    found = [
        Change(
            rule=f"rule-{at % 7}",
            effect=Effect.REPLACEMENT if at % 2 else Effect.NONE,
            severity=Severity.WARNING if at % 2 else Severity.NOTE,
            message=f"resource `R{at}` {'gets another name ' * 4}",
            help="wait " * 30,
            resource=f"R{at}" + "x" * 200,
            path=("Resources", f"R{at}" + "x" * 200),
        )
        for at in range(changes)
    ]
    policies = tuple(PolicyChange(f"P{at}", "wider", ("s3:GetObject on *",) * 9) for at in range(changes))
    return Review(name, "git:main", "stack.yaml", tuple(sorted(found, key=Change.sort_key)), policies)


def expected(name: str) -> str:
    """A pinned output; who changes a form writes it anew, and reads it as a user would."""
    return (EXPECTED / name).read_text(encoding="utf-8")


NAMES = st.text(st.sampled_from("abcXYZ_-.: äß中\u0301`|<@\n\x1b\u202e"), max_size=40)
PLACES = st.none() | st.builds(Location, NAMES, st.integers(0, 999), st.integers(0, 99), NAMES)
TEXTS = st.lists(NAMES, max_size=3).map(tuple)
VALUES = st.just(ABSENT) | st.recursive(
    st.booleans() | st.integers() | st.floats() | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)
CHANGES = st.builds(
    Change,
    rule=st.sampled_from(["exports-stay", "keys-stay", "x"]) | NAMES,
    effect=st.sampled_from(Effect),
    severity=st.sampled_from(Severity),
    message=NAMES,
    help=NAMES,
    resource=NAMES,
    resource_type=NAMES,
    path=st.lists(NAMES | st.integers(0, 9) | st.just("Resources"), max_size=4).map(tuple),
    old=VALUES,
    new=VALUES,
    certain=st.booleans(),
    when=st.lists(st.tuples(NAMES, st.booleans()), max_size=2).map(tuple),
    breaking=st.booleans(),
    access=st.sampled_from(Access),
    examples=TEXTS,
    location=PLACES,
    design=PLACES,
)
STEPS = st.builds(VersionStep, NAMES, NAMES, st.sampled_from(Bump), TEXTS, st.booleans(), NAMES, PLACES)
REVIEWS = st.builds(
    Review,
    NAMES,
    NAMES,
    NAMES,
    st.lists(CHANGES, max_size=4).map(lambda found: tuple(sorted(found, key=Change.sort_key))),
    st.lists(st.builds(PolicyChange, NAMES, st.sampled_from(RELATIONS), TEXTS, TEXTS, TEXTS), max_size=2).map(tuple),
    st.none() | STEPS,
    TEXTS,
    TEXTS,
)
