"""Reports to look at, and any others."""

from __future__ import annotations

from hypothesis import strategies as st

from cfn_table.prove.report import Allowed, OperationResult, Report, Verdict

REPORT = Report(
    design="kv-storage",
    version="1.2.0",
    engine="dynamodb-local",
    seed=7,
    results=(
        OperationResult("get_value", "GetItem", Verdict.PASSED, 12, 12, 12, 6.0, (0.0012, 0.0034)),
        OperationResult(
            "list_keys",
            "Query",
            Verdict.FAILED,
            6,
            9,
            113,
            14.5,
            (0.0041, 0.0138),
            failures=(
                (
                    'namespace="a b", prefix="x": 3 items were expected, 2 came, and this line is long enough to wrap\n'
                    '  missing: {"PK": "NS#a b", "SK": "KEY#x1"}'
                ),
                'namespace="c": ValidationException: Query key condition not supported',
            ),
        ),
        OperationResult("change_value", "PutItem", Verdict.PASSED, 12, 12, 12, 6.0, (0.0012, 0.0034)),
        OperationResult("change_value", "UpdateItem", Verdict.PASSED, 12, 12, 12, None, (0.0012, 0.0034), waited=0.42),
        OperationResult(
            "list_all_values_of_a_namespace_by_creation",
            "Query",
            Verdict.PASSED,
            12,
            1200,
            12000,
            600.0,
            (0.001, 0.0121),
        ),
        OperationResult(
            "scan_everything",
            "Scan",
            Verdict.SKIPPED,
            reason="the table is shared with others, and a scan would read their items too",
        ),
    ),
    policies=("ApiPolicy", "ReportingPolicy", "TenantPolicy"),
    access={
        "get_value": (Allowed.LISTED, Allowed.NO, Allowed.LISTED),
        "list_keys": (Allowed.LISTED, Allowed.LISTED, Allowed.WRONG),
        "change_value": (Allowed.LISTED, Allowed.NO, Allowed.ALSO),
        "list_all_values_of_a_namespace_by_creation": (Allowed.LISTED, Allowed.LISTED, Allowed.NO),
        "scan_everything": (Allowed.UNKNOWN, Allowed.UNKNOWN, Allowed.UNKNOWN),
    },
    access_failures=('TenantPolicy: `list_keys` with namespace="b" is allowed, and the policy does not list it',),
    latency_target_ms=10,
    phases={"deploy": 0.41, "load": 1.23, "execute": 2.04, "check policies": 0.3, "clean up": 0.02},
    notes=("the table `kv-storage-prove-1` could not be deleted: AccessDenied",),
)
SMALL = Report(
    "kv-storage",
    "1.2.0",
    "moto",
    7,
    (OperationResult("get_value", "GetItem", Verdict.PASSED, 2, 2, 2, None, (0.05,)),),
    latency_target_ms=10,
    has_latency=False,
)
HOSTILE = "a\x1b[2J|`b` <img>\n@all #1 [x](https://e.vil) \\| *c* ]]>\u202e"
HOSTILE_REPORT = Report(
    HOSTILE,
    HOSTILE,
    HOSTILE,
    7,
    (
        OperationResult(HOSTILE, HOSTILE, Verdict.FAILED, failures=(f"{HOSTILE}\n```\n</details>",)),
        OperationResult(HOSTILE, "Query", Verdict.SKIPPED, reason=HOSTILE, waited=1),
    ),
    policies=(HOSTILE,),
    access={HOSTILE: (Allowed.WRONG,)},
    access_failures=(HOSTILE,),
    phases={HOSTILE: 1.0},
    notes=(HOSTILE,),
)

NAMES = st.text(st.sampled_from("abcXYZ_-.: äß中\u0301`|"), max_size=60)
REPORTS = st.builds(
    Report,
    NAMES,
    NAMES,
    NAMES,
    st.integers(),
    st.lists(
        st.builds(
            OperationResult,
            NAMES,
            NAMES,
            st.sampled_from(Verdict),
            *[st.integers(0, 10**5)] * 3,
            st.none() | st.floats(0, 1e5),
            st.lists(st.floats(0, 100), max_size=3).map(tuple),
            st.floats(0, 10),
            st.lists(NAMES, max_size=2).map(tuple),
            NAMES,
        ),
        max_size=4,
    ).map(tuple),
    st.lists(NAMES, max_size=4, unique=True).map(tuple),
    st.none() | st.dictionaries(NAMES, st.tuples(*[st.sampled_from(Allowed)] * 4), max_size=4),
    st.lists(NAMES, max_size=2).map(tuple),
    st.none() | st.floats(0.1, 100),
    st.booleans(),
    st.none() | st.dictionaries(NAMES, st.floats(0, 100), max_size=2),
    st.lists(NAMES, max_size=2).map(tuple),
)
