"""From files to a design: includes, policies, the digest, and where errors are."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from cfn_table.design.load import load_design
from cfn_table.errors import InputError
from cfn_table.project import Project
from tests.design.written import BASE, load, refusal, told, write
from tests.engines.install import ROOT

PATTERNS = """\
access_patterns:
  get_user: {operation: GetItem, entity: user}
  put_user: {operation: PutItem, entity: user}
"""
ORDER = """\
entities:
  order:
    type: ORDER
    keys: {PK: "USER#{userId}", SK: "ORDER#{orderId}"}
    attributes: {userId: string, orderId: string}
"""
WILDCARD = "(name each pattern: a wildcard would widen the policy with every new pattern)"
BOUND = "(write `manage_key: {namespace: VARIABLE}`)"
POLICY = "policy: reader\ndescription: Reads users\nallow: [get_user]\n"


class TestKvStorage:
    """The design of this repository."""

    def test_it_loads(self) -> None:
        """With its entities, patterns, policies and files."""
        design = load_design(ROOT / "templates/kv-storage.yaml", environment={})
        assert ("kv-storage", "KVStorageTable") == (design.name, design.logical_id)
        assert ["user", "user_namespace", "namespace", "key"] == list(design.entities)
        assert ["api", "reporting", "tenant"] == [policy.name for policy in design.policies]
        assert ["ApiPolicy", "ReportingPolicy", "TenantPolicy"] == [policy.logical_id for policy in design.policies]
        assert (
            "policies/kv-storage/api.yaml",
            "policies/kv-storage/reporting.yaml",
            "policies/kv-storage/tenant.yaml",
            "templates/kv-storage.yaml",
        ) == design.files
        assert {"GSI1": "GSI1Name"} == design.exports
        assert ("PK", "SK", "GSI1PK", "GSI1SK") == design.key_attributes
        assert {"S"} == set(design.key_types.values())

    def test_its_settings_can_be_overridden(self) -> None:
        """TABLE_NAME, GSI_NAME, BILLING_MODE and REGION, by options and by the environment."""
        design = load_design(
            ROOT / "templates/kv-storage.yaml",
            context={"TABLE_NAME": "other", "BILLING_MODE": "PROVISIONED"},
            environment={"GSI_NAME": "ByKey", "REGION": "eu-west-1", "TABLE_NAME": "lost"},
        )
        assert ("other", "PROVISIONED", ("eu-west-1",)) == (
            design.file.table.name,
            design.file.table.billing,
            design.file.regions,
        )
        assert ("ByKey", "GSI1") == (design.indexes["GSI1"].name, design.indexes["GSI1"].ref)

    def test_a_wrong_override_is_an_error_of_the_design(self) -> None:
        """At the field that uses it."""
        with pytest.raises(InputError) as caught:
            load_design(ROOT / "templates/kv-storage.yaml", context={"BILLING_MODE": "PER_REQUEST"}, environment={})
        (line,) = told(caught.value)
        assert line == "kv-storage.yaml:19:12: `PER_REQUEST` is not one of the values (did you mean `PAY_PER_REQUEST`?)"

    def test_it_loads_from_anywhere(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The current folder changes how files are named in messages, and nothing else."""
        here = load_design(ROOT / "templates/kv-storage.yaml", environment={})
        monkeypatch.chdir(tmp_path)
        there = load_design(ROOT / "templates/kv-storage.yaml", environment={})
        assert (here.inputs_digest, here.files) == (there.inputs_digest, there.files)
        monkeypatch.chdir(ROOT / "templates")
        inside = load_design("kv-storage.yaml", environment={})
        assert (here.inputs_digest, here.files) == (inside.inputs_digest, inside.files)
        assert "kv-storage.yaml" == inside.path


class TestIncludes:
    """Entities and access patterns in further files."""

    def test_globs_find_files(self, tmp_path: Path) -> None:
        """In the order of their names, each once, relative to the design."""
        files = {
            "templates/shop/orders.yaml": ORDER,
            "templates/shop/deep/patterns.yaml": PATTERNS,
            "templates/shop/notes.txt": "no YAML",
        }
        design = load(tmp_path, BASE + "include: ['shop/*.yaml', 'shop/**/*.yaml']\n", files)
        assert ["user", "order"] == list(design.entities)
        assert ["get_user", "put_user"] == list(design.file.access_patterns)
        assert (
            "templates/shop.yaml",
            "templates/shop/deep/patterns.yaml",
            "templates/shop/orders.yaml",
        ) == design.files

    def test_a_design_may_have_all_entities_in_includes(self, tmp_path: Path) -> None:
        """Then it has no `entities` of its own."""
        head, entities = BASE[: BASE.index("entities:")], BASE[BASE.index("entities:") :]
        files = {"templates/a/1.yaml": entities, "templates/a/2.yaml": ORDER + PATTERNS}
        design = load(tmp_path, head + "include: ['a/*.yaml']\n", files)
        assert ["user", "order"] == list(design.entities)
        assert design.inputs_digest == load(tmp_path, BASE + ORDER.replace("entities:\n", "") + PATTERNS).inputs_digest

    def test_a_design_does_not_include_itself(self, tmp_path: Path) -> None:
        """A glob that finds the design's own file leaves it out."""
        design = load(tmp_path, BASE + "include: ['*.yaml']\n", {"templates/other.yaml": ORDER})
        assert ["user", "order"] == list(design.entities)

    @pytest.mark.parametrize(
        ("globs", "expected"),
        [
            (
                "['none/*.yaml']",
                "shop.yaml:11:11: `none/*.yaml` matches no file (the glob is relative to this file's folder)",
            ),
            (
                "['/etc/*.yaml']",
                "shop.yaml:11:11: `include` takes globs relative to this file, such as `kv-storage/*.yaml`",
            ),
            ("['']", "shop.yaml:11:11: `include` takes globs relative to this file, such as `kv-storage/*.yaml`"),
            ("[[a]]", "shop.yaml:11:11: `include` takes globs relative to this file, such as `kv-storage/*.yaml`"),
            ('["a\\0b"]', "shop.yaml:11:11: `a\\x00b` matches no file (the glob is relative to this file's folder)"),
            ("['**x']", "shop.yaml:11:11: `**x` matches no file (the glob is relative to this file's folder)"),
        ],
    )
    def test_a_glob_that_finds_nothing_is_an_error(self, globs: str, expected: str, tmp_path: Path) -> None:
        """A forgotten file is not silently left out."""
        assert [expected] == refusal(tmp_path, BASE + f"include: {globs}\n")

    def test_duplicates_across_files_are_refused(self, tmp_path: Path) -> None:
        """The second place is where the error is, the first is named in it."""
        files = {"templates/a.yaml": "entities:\n  user:\n    keys: {PK: x}\n"}
        (line,) = refusal(tmp_path, BASE + "include: [a.yaml]\n", files)
        assert re.fullmatch(r"a.yaml:2:3: `user` is declared twice, first at \S*shop.yaml:7:3", line)
        files = {"templates/a.yaml": ORDER, "templates/b.yaml": ORDER}
        (line,) = refusal(tmp_path, BASE + "include: ['[ab].yaml']\n", files)
        assert re.fullmatch(r"b.yaml:2:3: `order` is declared twice, first at \S*a.yaml:2:3", line)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("table: {}\n", "a.yaml:1:1: unknown field `table` (use one of `access_patterns`, `entities`)"),
            ("include: [b.yaml]\n", "a.yaml:1:1: unknown field `include` (use one of `access_patterns`, `entities`)"),
            ("entities: [user]\n", "a.yaml:1:1: a mapping is needed here, not a list"),
            ("", "a.yaml: "),
            ("a: b: c\n", "a.yaml:1:5: invalid YAML: "),
        ],
    )
    def test_an_included_file_holds_entities_and_patterns(self, text: str, expected: str, tmp_path: Path) -> None:
        """Anything else is an error of that file."""
        (line,) = refusal(tmp_path, BASE + "include: [a.yaml]\n", {"templates/a.yaml": text})
        assert line.startswith(expected)

    def test_a_design_whose_entities_are_no_mapping_is_refused(self, tmp_path: Path) -> None:
        """The included entities do not hide that."""
        design = BASE[: BASE.index("entities:")] + "entities: [user]\ninclude: [a.yaml]\n"
        (line,) = refusal(tmp_path, design, {"templates/a.yaml": ORDER})
        assert line.startswith("shop.yaml:6:1: a mapping is needed here, not a list (write ")

    def test_errors_in_included_files_have_their_place(self, tmp_path: Path) -> None:
        """Fields, key templates, references and names."""
        text = ORDER.replace("orderId: string}", "orderId: strin}").replace("#{orderId}", "#{orderID}")
        (line,) = refusal(tmp_path, BASE + "include: [a.yaml]\n", {"templates/a.yaml": text})
        assert line == "a.yaml:5:43: `strin` is no attribute type (did you mean `string`?)"
        text = ORDER.replace("#{orderId}", "#{orderID}") + "  9lives: {}\n"
        assert refusal(tmp_path, BASE + "include: [a.yaml]\n", {"templates/a.yaml": text}) == [
            "a.yaml:6:3: `9lives` is not a name of an entity (use letters, digits and `_`, and begin with a letter)"
        ]
        text = (
            ORDER.replace("#{orderId}", "#{orderID}") + "access_patterns: {p: {operation: GetItem, entity: orders}}\n"
        )
        assert refusal(tmp_path, BASE + "include: [a.yaml]\n", {"templates/a.yaml": text}) == [
            "a.yaml:4:37: placeholder `{orderID}` is no attribute of entity `order` (did you mean `orderId`?)",
            "a.yaml:6:51: there is no entity `orders` (did you mean `order`?)",
        ]

    def test_expressions_are_evaluated_in_included_files(self, tmp_path: Path) -> None:
        """With the design's context."""
        files = {"templates/a.yaml": ORDER.replace("type: ORDER", 'type: "{{ T }}"')}
        design = load(tmp_path, BASE + "include: [a.yaml]\ncontext: {T: BUY}\n", files)
        assert "BUY" == design.entities["order"].type


@pytest.mark.skipif(sys.platform == "win32", reason="needs symlinks")
class TestLeaving:
    """A version depends on nothing outside of its project."""

    def leads_out(self, lines: list[str]) -> bool:
        """Whether the one error says so."""
        (line,) = lines
        return "leads out of the project" in line and "a version must depend on nothing else" in line

    def test_an_include_cannot_leave_the_project(self, tmp_path: Path) -> None:
        """By `..`."""
        (tmp_path / "other.yaml").write_text(ORDER)
        project = tmp_path / "project"
        assert self.leads_out(refusal(project, BASE + "include: ['../../other.yaml']\n"))

    def test_an_included_symlink_cannot_leave_the_project(self, tmp_path: Path) -> None:
        """By a link to a file, or through a link to a folder; a link inside of the project is fine."""
        (tmp_path / "outside").mkdir()
        (tmp_path / "outside/other.yaml").write_text(ORDER)
        project = tmp_path / "project"
        design = BASE + "include: ['parts/*.yaml']\n"
        write(project, design, {"orders.yaml": ORDER})
        parts = project / "templates/parts"
        parts.mkdir()
        (parts / "a.yaml").symlink_to(tmp_path / "outside/other.yaml")
        assert self.leads_out(refusal(project, design))
        (parts / "a.yaml").unlink()
        (parts / "a.yaml").symlink_to(project / "orders.yaml")
        assert "order" in load(project, design).entities
        shutil.rmtree(parts)
        parts.symlink_to(tmp_path / "outside")
        assert self.leads_out(refusal(project, design))

    def test_a_policy_cannot_leave_the_project(self, tmp_path: Path) -> None:
        """Neither a policy's file nor the folder of policies."""
        (tmp_path / "outside").mkdir()
        (tmp_path / "outside/reader.yaml").write_text(POLICY)
        project = tmp_path / "project"
        write(project, BASE + PATTERNS)
        (project / "policies/shop").mkdir(parents=True)
        (project / "policies/shop/reader.yaml").symlink_to(tmp_path / "outside/reader.yaml")
        assert self.leads_out(refusal(project, BASE + PATTERNS))
        shutil.rmtree(project / "policies/shop")
        (project / "policies/shop").symlink_to(tmp_path / "outside")
        assert self.leads_out(refusal(project, BASE + PATTERNS))

    def test_a_design_cannot_leave_the_project(self, tmp_path: Path) -> None:
        """A link in `templates` to a design elsewhere."""
        (tmp_path / "elsewhere.yaml").write_text(BASE)
        (tmp_path / "project/templates").mkdir(parents=True)
        link = tmp_path / "project/templates/shop.yaml"
        link.symlink_to(tmp_path / "elsewhere.yaml")
        with pytest.raises(InputError, match="leads out of the project"):
            load_design(link, environment={})

    def test_a_hook_cannot_leave_the_project(self, tmp_path: Path) -> None:
        """By `..` or by a link."""
        (tmp_path / "hook.py").write_text("def extend(template, design): pass\n")
        project = tmp_path / "project"
        assert self.leads_out(refusal(project, BASE + "extend: ../hook.py:extend\n"))
        (project / "hook.py").symlink_to(tmp_path / "hook.py")
        assert self.leads_out(refusal(project, BASE + "extend: hook.py:extend\n"))

    def test_a_circle_of_links_is_an_error(self, tmp_path: Path) -> None:
        """Wherever it is."""
        write(tmp_path, BASE + PATTERNS + "include: ['parts/*.yaml']\n")
        (tmp_path / "templates/parts").symlink_to(tmp_path / "templates/parts")
        (tmp_path / "policies").mkdir()
        (tmp_path / "policies/shop").symlink_to(tmp_path / "policies/shop")
        with pytest.raises(InputError, match="matches no file"):
            load_design(tmp_path / "templates/shop.yaml", environment={})
        (line,) = refusal(tmp_path, BASE + PATTERNS)
        assert "is not a folder (policies are files in a folder of the design's name" in line
        with pytest.raises(InputError):
            load_design(tmp_path / "templates/parts/shop.yaml", environment={})


class TestPolicies:
    """The policy files of a design."""

    def test_policies_are_sorted_by_name(self, tmp_path: Path) -> None:
        """Whatever the file system says; hidden files and other files are left alone."""
        files = {
            "policies/shop/writer.yaml": "policy: writer\nallow: [put_user]\n",
            "policies/shop/reader.yml": POLICY,
            "policies/shop/.hidden.yaml": "no: policy",
            "policies/shop/README.md": "text",
            "policies/other/reader.yaml": "no: policy",
        }
        assert ["reader", "writer"] == [policy.name for policy in load(tmp_path, BASE + PATTERNS, files).policies]

    @pytest.mark.parametrize(
        ("name", "text", "expected"),
        [
            (
                "writer",
                POLICY,
                "writer.yaml:1:9: the policy `reader` is in a file named `writer.yaml` (name the file `reader.yaml`)",
            ),
            (
                "reader",
                POLICY.replace("get_user", "get_usr"),
                "reader.yaml:3:9: there is no access pattern `get_usr` (did you mean `get_user`?)",
            ),
            (
                "reader",
                "policy: reader\nallow:\n  - get_users: {userId: x}\n",
                "reader.yaml:3:5: there is no access pattern `get_users` (did you mean `get_user`?)",
            ),
            (
                "reader",
                POLICY + "attributes: {usr: [email]}\n",
                "reader.yaml:4:14: there is no entity `usr` (did you mean `user`?)",
            ),
            (
                "reader",
                POLICY + "attributes: {user: [userId, emial]}\n",
                "reader.yaml:4:29: entity `user` has no attribute `emial` (did you mean `email`?)",
            ),
            (
                "reader",
                POLICY + "read_stream: true\n",
                "reader.yaml:4:14: the table has no stream (add `stream: NEW_AND_OLD_IMAGES` to the table)",
            ),
            (
                "reader",
                "policy: reader\nallow: ['get_*']\n",
                f"reader.yaml:2:9: `get_*` is a wildcard {WILDCARD}",
            ),
            (
                "reader",
                "policy: reader\nallow: [get_user, get_user]\n",
                "reader.yaml:2:19: `get_user` is allowed twice (keep one of them)",
            ),
            (
                "reader",
                "policy: reader\n",
                "reader.yaml:1:1: the policy allows nothing (list access patterns under `allow`)",
            ),
            (
                "reader",
                "policy: reader\nallow: [{get_user: {a: b}, put_user: {a: b}}]\n",
                f"reader.yaml:2:9: a bound pattern is a mapping of one pattern to its bindings {BOUND}",
            ),
        ],
    )
    def test_a_wrong_policy_is_refused_in_its_file(self, name: str, text: str, expected: str, tmp_path: Path) -> None:
        """Its name, its patterns, its entities and attributes."""
        assert [expected] == refusal(tmp_path, BASE + PATTERNS, {f"policies/shop/{name}.yaml": text})

    def test_two_policies_cannot_have_one_logical_id(self, tmp_path: Path) -> None:
        """`read-only` and `readonly` are different; `a-1b` and `a1-b` are not."""
        files = {f"policies/shop/{name}.yaml": POLICY.replace("reader", name) for name in ("a-1b", "a1b")}
        assert refusal(tmp_path, BASE + PATTERNS, files) == [
            "a1b.yaml:1:9: `a1b` and `a-1b` have the same logical id `A1bPolicy` (rename one of them)"
        ]

    def test_all_problems_are_told_at_once(self, tmp_path: Path) -> None:
        """Sorted by file, line and column."""
        files = {
            "policies/shop/reader.yaml": "policy: reader\nallow: [none, get_user, nothing]\n",
            "policies/shop/writer.yaml": "policy: writer\nallow: [never]\n",
        }
        lines = refusal(tmp_path, BASE + PATTERNS, files)
        assert ["reader.yaml:2:9", "reader.yaml:2:25", "writer.yaml:2:9"] == [
            line.rpartition(": ")[0] for line in lines
        ]


class TestFiles:
    """What can be wrong with the design's own file."""

    def test_a_missing_design_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Relative to the current folder."""
        monkeypatch.chdir(tmp_path)
        with pytest.raises(InputError) as caught:
            load_design("templates/none.yaml", environment={})
        assert ["none.yaml: there is no file `templates/none.yaml` (check the path)"] == told(caught.value)

    def test_a_missing_hook_is_named(self, tmp_path: Path) -> None:
        """At the file that is not there."""
        (line,) = refusal(tmp_path, BASE + "extend: hooks/none.py:extend\n")
        assert line.startswith("none.py: there is no file `")

    def test_a_design_outside_of_templates_belongs_to_the_project_around_the_current_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A design that stands alone has the current folder's policies."""
        write(tmp_path / "project", BASE, {"policies/shop/reader.yaml": POLICY})
        (tmp_path / "alone.yaml").write_text(BASE + PATTERNS)
        monkeypatch.chdir(tmp_path / "project")
        design = load_design(tmp_path / "alone.yaml", environment={})
        assert ["reader"] == [policy.name for policy in design.policies]
        assert "alone.yaml" in design.files

    def test_a_project_can_be_given(self, tmp_path: Path) -> None:
        """Then its folder decides where policies are."""
        write(tmp_path / "a", BASE + PATTERNS)
        write(tmp_path / "b", BASE, {"policies/shop/reader.yaml": POLICY})
        design = load_design(tmp_path / "a/templates/shop.yaml", environment={}, project=Project(tmp_path / "b"))
        assert ["reader"] == [policy.name for policy in design.policies]

    @pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a folder that cannot be read")
    def test_a_folder_of_policies_that_cannot_be_read_is_an_error(self, tmp_path: Path) -> None:
        """It is not taken for an empty one."""
        path = write(tmp_path, BASE + PATTERNS, {"policies/shop/reader.yaml": POLICY})
        (tmp_path / "policies/shop").chmod(0)
        try:
            with pytest.raises(InputError):
                load_design(path, environment={})
        finally:
            (tmp_path / "policies/shop").chmod(0o700)
