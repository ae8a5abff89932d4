"""The digest of a design's inputs: what is in it and what is not. The laws are in tests/test_laws.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from cfn_table.design.load import load_design
from tests.design.written import BASE, load, replaced, write

PATTERNS = """\
access_patterns:
  get_user: {operation: GetItem, entity: user}
  put_user: {operation: PutItem, entity: user}
"""
POLICY = "policy: reader\ndescription: Reads users\nallow: [get_user]\n"


class TestDigest:
    """What the template depends on, as a number. The laws are in tests/test_laws.py."""

    def digest(self, folder: Path, design: str = BASE + PATTERNS, policy: str = POLICY, **context: str) -> str:
        """The digest of the design with one policy."""
        return load(folder, design, {"policies/shop/reader.yaml": policy}, **context).inputs_digest

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("version: 1.0.0", "version: 1.0.1"),
            ("email: string", "email?: string"),
            ("email: string", "email: number"),
            ("SK: PROFILE", "SK: Profile"),
            ("type: USER", "type: 'USER '"),
            ("{operation: PutItem, entity: user}", "{operation: DeleteItem, entity: user}"),
            ("put_user", "write_user"),
            ("type_attribute: kind", "type_attribute: kind\n  on_delete: retain"),
        ],
    )
    def test_every_change_of_the_design_changes_it(self, old: str, new: str, tmp_path: Path) -> None:
        """Even to a default that is written out: the file says something else."""
        assert self.digest(tmp_path) != self.digest(tmp_path, replaced(old, new, BASE + PATTERNS))

    def test_a_change_of_a_policy_changes_it(self, tmp_path: Path) -> None:
        """Its description, too, since it stands in the template's metadata."""
        assert self.digest(tmp_path) != self.digest(tmp_path, policy=POLICY.replace("Reads users", "Reads"))
        assert (
            self.digest(tmp_path)
            != load(tmp_path, BASE + PATTERNS, {"policies/shop/x.yaml": POLICY.replace("reader", "x")}).inputs_digest
        )

    def test_a_setting_changes_it_and_its_source_does_not(self, tmp_path: Path) -> None:
        """The value counts, not whether it came from the file, an option or the environment."""
        design = BASE + PATTERNS + "context: {A: one}\ndescription: '{{ A }}'\n"
        other = design.replace("A: one", "A: two")
        assert self.digest(tmp_path, design) != self.digest(tmp_path, design, A="two")
        assert self.digest(tmp_path, other) == self.digest(tmp_path, design, A="two")
        path = write(tmp_path, design, {"policies/shop/reader.yaml": POLICY})
        assert self.digest(tmp_path, other) == self.digest(tmp_path, design, A="two")
        path = write(tmp_path, design, {"policies/shop/reader.yaml": POLICY})
        assert self.digest(tmp_path, design, A="two") == load_design(path, environment={"A": "two"}).inputs_digest

    def test_a_parameter_changes_it(self, tmp_path: Path) -> None:
        """Its default stands in the template."""
        design = BASE + PATTERNS + "context: {A: {default: one}}\n"
        assert self.digest(tmp_path, design) != self.digest(tmp_path, design.replace("one", "two"))
        assert self.digest(tmp_path, design) != self.digest(tmp_path, design.replace("A: {", "B: {"))

    def test_a_text_is_not_the_number_or_null_that_it_looks_like(self, tmp_path: Path) -> None:
        """In samples and in `extra_properties` the quotes matter."""
        digests = {
            self.digest(
                tmp_path,
                replaced("type_attribute: kind", f"type_attribute: kind\n  extra_properties: {{A: {value}}}")
                + PATTERNS,
            )
            for value in ("null", "'null'", "1.0", "'1.0'", "1.00", "true", "'true'", "''", "~")
        }
        assert 9 == len(digests)

    @pytest.mark.parametrize("value", ["1e999", "-1e-999", "1" * 60, "1e99999999999999999999"])
    def test_numbers_that_dynamodb_has_not_are_texts_elsewhere(self, value: str, tmp_path: Path) -> None:
        """A description that looks like a number is a description."""
        assert value == load(tmp_path, BASE + f"description: {value}\n").file.description

    def test_the_hook_s_text_is_in_it(self, tmp_path: Path) -> None:
        """The template depends on what the hook does."""
        design = BASE + "extend: hooks/extend.py:extend\n"
        one = load(tmp_path, design, {"hooks/extend.py": "def extend(template, design): pass\n"})
        other = load(tmp_path, design, {"hooks/extend.py": "def extend(template, design): return\n"})
        assert one.inputs_digest != other.inputs_digest
        assert ("hooks/extend.py", "templates/shop.yaml") == one.files

    def test_the_project_s_place_is_not_in_it(self, tmp_path: Path) -> None:
        """Two clones give one digest."""
        assert self.digest(tmp_path / "a") == self.digest(tmp_path / "b" / "c")

    @pytest.mark.parametrize("end", ["\r\n", "\r"])
    def test_line_ends_are_not_in_it(self, end: str, tmp_path: Path) -> None:
        """An autocrlf clone gives the same digest."""
        assert self.digest(tmp_path) == self.digest(
            tmp_path, (BASE + PATTERNS).replace("\n", end), POLICY.replace("\n", end)
        )
