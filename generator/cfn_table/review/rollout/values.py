"""What a rollout is: templates in order, or the reasons why there is no order that works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """What has to be so, and how to see that it is.

    Attributes:
        what: in words; empty where nothing has to be.
        commands: that show it, or make it so.
    """

    what: str
    commands: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything has to be so."""
        return bool(self.what)


@dataclass(frozen=True, slots=True)
class Step:
    """One update of the stack.

    Attributes:
        title: what it does, in a few words, such as "add index `ByState`".
        why: why it is a step of its own; may be empty.
        template: the whole template, in the JSON form.
        changes: what differs from the template before, in words.
        before: what must be so before it is deployed.
        wait: what to wait for behind it.
        back: how to go back from it.
        file: name of a file for the template, such as `1-add-index-ByState.yaml`.
        command: deploys it.
        preview: makes, shows and deletes a change set of it, so that it can be looked at before.
    """

    title: str
    why: str
    template: dict[str, Any]
    changes: tuple[str, ...]
    before: Check
    wait: Check
    back: str
    file: str
    command: str
    preview: str


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why no sequence of updates leads there.

    Attributes:
        resource: the logical id, of the old template.
        message: one line, lower case, no full stop.
        help: what to do instead.
    """

    resource: str
    message: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Migration:
    """The way where updates do not lead there: another table, a copy of the data, a switch.

    Attributes:
        why: what it is for.
        steps: the updates; copying is what the first waits for. The last template is not the new one: its table has
            another logical id and another name.
    """

    why: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Rollout:
    """How to go from one template to another.

    Attributes:
        steps: the updates in order; the last template is the new one. None where nothing changes or nothing leads
            there.
        obstacles: why nothing leads there.
        migration: what does instead; None where there are no obstacles, or no way is known.
        warnings: what is lost or missing on the way, in words.
    """

    steps: tuple[Step, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    migration: Migration | None = None
    warnings: tuple[str, ...] = ()

    @property
    def is_safe(self) -> bool:
        """Whether there is a sequence, an empty one included."""
        return not self.obstacles
