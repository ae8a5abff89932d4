"""Work that is done once per design: a design never changes, so what follows from it is remembered in it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar, cast

from cfn_table.design.design import Design

P = ParamSpec("P")
T = TypeVar("T")


def once_per_design(work: Callable[Concatenate[Design, P], T]) -> Callable[Concatenate[Design, P], T]:
    """`work`, which remembers its result in the design, as `functools.cached_property` does.

    Further arguments must be positional and hashable; a call that raises is not remembered.
    """
    name = f"{work.__module__}.{work.__name__}"

    def remembered(design: Design, *args: P.args, **kwargs: P.kwargs) -> T:
        known = vars(design).setdefault(name, {})
        if args not in known:
            known[args] = work(design, *args, **kwargs)
        return cast("T", known[args])

    return functools.update_wrapper(cast("Callable[Concatenate[Design, P], T]", remembered), work)
