"""What a rollout says about its moves, for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cfn_table.review.rollout.commands import Commands
from cfn_table.review.rollout.differences import TableChange
from cfn_table.review.rollout.exports import Export, exports_about
from cfn_table.review.rollout.tables import properties, resources, table_name, tables, view_type
from cfn_table.review.rollout.values import Check

Item = tuple[bool, str]
"""Whether it is a Region (of a replica) and not an index; its name."""


@dataclass(frozen=True, slots=True)
class Text:
    """What to say about a move; see `Step`.

    Attributes:
        title, why, before, wait: as there.
        back: what going back by deploying the template before does.
        returns: whether deploying the template before goes back; else `back` says what does.
    """

    title: str
    why: str = ""
    before: Check = Check("")  # noqa: RUF009 (it is a value)
    wait: Check = Check("the end of the update")  # noqa: RUF009 (likewise)
    back: str = ""
    returns: bool = True


class Say:
    """Makes the texts of moves between two templates.

    Args:
        old, new: the templates.
        commands: of the stack.
    """

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any], commands: Commands) -> None:
        """See the class."""
        self._old, self._new, self._commands = old, new, commands
        self._many = len(tables(old)) > 1

    def _of(self, table: str) -> str:
        return f" of `{table}`" if self._many else ""

    def _table(self, table: str) -> str:
        source = self._old if table in tables(self._old) else self._new
        return self._commands.table(table, table_name(source, table))

    def keep(self, ids: Sequence[str]) -> Text:
        """Tables that are replaced or go are retained."""
        return Text(
            f"keep the data of {_listed(ids)}",
            "a table that is replaced or removed is deleted unless its policies say Retain, and CloudFormation reads "
            "them from what is deployed",
            back="nothing but the two policies changes",
        )

    def unprotect(self, ids: Sequence[str]) -> Text:
        """Deletion protection goes off."""
        return Text(
            f"switch off the deletion protection of {_listed(ids)}",
            "a protected table can neither be replaced nor, when the replacement fails, be removed again",
            back="the protection is on again",
        )

    def replace(self, ids: Sequence[str]) -> Text:
        """Tables are replaced."""
        return Text(
            f"replace {_listed(ids)}",
            "CloudFormation makes another, empty table in the place of the old one, which it keeps",
            before=self._check(
                "stop writers, or copy again what they write meanwhile; note the name of the old table",
                [f"echo {self._table(each)}" for each in ids],
                ids,
            ),
            wait=Check(
                "the new table to be ACTIVE; then copy the data: write the items of an export of the old table to the "
                "new one (an import would make a table of its own)",
                ("aws dynamodb export-table-to-point-in-time --table-arn OLD_ARN --s3-bucket BUCKET",),
            ),
            back="a resource import brings the old table back, which stays in the account; deploying the template "
            "before would make another empty one",
            returns=False,
        )

    def expiry_off(self, changes: Sequence[TableChange]) -> Text:
        """Time to live goes off."""
        names = ", ".join(f"`{each.expiry[0]}`{self._of(each.id)}" for each in changes if each.expiry)
        return Text(
            f"stop expiring items by {names}",
            "the service takes one change of the time to live per hour, and another attribute takes two",
            wait=Check(
                "one hour, and TimeToLiveStatus DISABLED",
                tuple(self._commands.expiry(self._table(each.id)) for each in changes),
            ),
            back="within that hour the service refuses it",
        )

    def add(self, added: Sequence[tuple[str, Item]], changes: Sequence[TableChange] = ()) -> Text:
        """Indexes and replicas come, the last ones with everything else."""
        shown = [
            self._commands.status(self._table(table))
            if is_region
            else self._commands.index_status(self._table(table), name)
            for table, (is_region, name) in added
        ]
        expiry = self._expiry_on(changes)
        kinds = {is_region for _, (is_region, _) in added}
        what = f"{'ReplicaStatus' if kinds == {True} else 'IndexStatus'} ACTIVE: it is filled from the table (backfill)"
        return Text(
            self._title("add", added),
            f"DynamoDB makes one {_kind(item for _, item in added)} of a table at a time, and what refers to it can "
            "only come with it or after it",
            wait=Check(what + ("; TimeToLiveStatus ENABLED" if expiry else ""), (*shown, *expiry)),
            back="it is removed again; nothing must read it",
        )

    def _title(self, verb: str, items: Sequence[tuple[str, Item]]) -> str:
        shown = [
            f"{'replica' if is_region else 'index'} `{name}`{self._of(table)}" for table, (is_region, name) in items
        ]
        return f"{verb} {' and '.join(shown)}"

    def rest(self, changes: Sequence[TableChange]) -> Text:
        """Everything but indexes changes."""
        on = [
            f"expire items by `{each.expiry[1]}`{self._of(each.id)}"
            for each in changes
            if each.expiry and each.expiry[1] is not None
        ]
        shown = self._expiry_on(changes)
        dropped = any(each.expiry and each.expiry[1] is None for each in changes)
        return Text(
            " and ".join(on) or ("drop the time to live" if dropped else "change everything else"),
            wait=Check("TimeToLiveStatus ENABLED" if shown else "the end of the update", shown),
            back="every change is undone in place",
        )

    def _expiry_on(self, changes: Sequence[TableChange]) -> tuple[str, ...]:
        on = [each.id for each in changes if each.expiry and each.expiry[1] is not None]
        return tuple(self._commands.expiry(self._table(each)) for each in on)

    def exports(self, kept: Sequence[Export]) -> Text:
        """Old exports go."""
        names = _listed([self._commands.named(each.name) for each in kept])
        return Text(
            f"let go of export{'s' if len(kept) > 1 else ''} {names}",
            "CloudFormation refuses to remove or change an export while a stack imports it, and undoes the whole "
            "update; so this step has no other change that would be undone",
            before=Check(
                "nobody imports it any more: the command says that it is not imported",
                tuple(self._commands.importers(each.name) for each in kept),
            ),
            back="the exports are there again",
        )

    def stream_off(self, ids: Sequence[str]) -> Text:
        """Streams whose view changes end."""
        return Text(
            f"switch off the stream of {_listed(ids)}",
            "another view is another stream with another ARN, and the old one must end first",
            before=self._check(
                "consumers have read the stream to its end; what is written until the next step is done is in none",
                [],
                ids,
                "StreamArn",
            ),
            back="that makes another stream, too",
        )

    def _check(self, what: str, commands: Sequence[str], ids: Sequence[str], attribute: str = "") -> Check:
        """A check that also asks for importers of what gets another value with tables."""
        names = [each.name for table in ids for each in exports_about(self._old, table, attribute)]
        shown = [self._commands.importers(each) for each in dict.fromkeys(names)]
        more = "; nobody imports what gets another value" if names else ""
        return Check(what + more, (*commands, *shown))

    def stream_on(self, ids: Sequence[str]) -> Text:
        """Streams begin anew."""
        views = " and ".join(
            f"`{view_type(properties(resources(self._new)[each]))}` of {_listed([each])}" for each in ids
        )
        return Text(
            f"switch on the stream {views}",
            wait=Check("the end of the update; consumers take the new ARN"),
            back="the stream ends, and its ARN with it",
        )

    def stream_gone(self, ids: Sequence[str]) -> Text:
        """Streams go."""
        return Text(
            f"switch off the stream of {_listed(ids)}",
            "the export of its ARN had to go first",
            before=Check("consumers have read the stream to its end"),
            back="that makes another stream with another ARN",
        )

    def remove(self, items: Sequence[tuple[str, Item, bool]]) -> Text:
        """Indexes and replicas go."""
        reads = [
            self._commands.index_reads(self._table(table), name)
            for table, (is_region, name), _ in items
            if not is_region
        ]
        swaps = [name for _, (_, name), is_swap in items if is_swap]
        gap = f"; readers of {_listed(swaps)} fail until it is there again" if swaps else ""
        kind = _kind(item for _, item, _ in items)
        users = "requests in its Region" if kind == "replica" else "queries on it"
        waits = dict.fromkeys(self._commands.status(self._table(table)) for table, _, _ in items)
        return Text(
            self._title("remove", [(table, item) for table, item, _ in items]),
            f"DynamoDB removes one {kind} of a table at a time, and {users} fail from then on{gap}",
            before=Check("readers have moved: no Sum above 0" if reads else "nobody uses the replica", tuple(reads)),
            wait=Check("TableStatus ACTIVE", tuple(waits)),
            back="it is made again, and filled from the table, which takes its time",
        )

    def end(self, gone: Sequence[str], replaced: Sequence[str]) -> Text:
        """Tables leave the stack, and replaced ones get their own policies."""
        title = f"remove {_listed(gone)} from the stack" if gone else f"finish the replacement of {_listed(replaced)}"
        return Text(
            title,
            "the table stays in the account; delete it by hand once its data is not needed"
            if gone
            else "what was switched off and held back for the replacement comes into force",
            before=Check("nobody uses the table" if gone else "the data is copied"),
            back="a resource import brings the table back; deploying the template before would make another one"
            if gone
            else "every change is undone in place",
            returns=not gone,
        )


def _kind(items: Iterable[Item]) -> str:
    """What comes or goes, in a word."""
    kinds = sorted({"replica" if is_region else "index" for is_region, _ in items})
    return " or ".join(kinds)


def _listed(names: Sequence[str]) -> str:
    return " and ".join(f"`{each}`" for each in names)
