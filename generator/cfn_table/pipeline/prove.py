"""`prove`: every access pattern of designs, executed on real engines under the policies that are to allow it."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cfn_table.design.suggest import did_you_mean
from cfn_table.errors import UsageError
from cfn_table.pipeline.prepared import Prepared, Settings

if TYPE_CHECKING:
    from cfn_table.prove.engines.deployed import Deployed
    from cfn_table.prove.options import ProveOptions
    from cfn_table.prove.report import Report

_BEGINNINGS: Final = {
    "moto": "creating the stack on moto",
    "dynamodb-local": "starting DynamoDB Local",
    "endpoint": "creating the table at the endpoint",
    "stack": "looking for the table of the stack",
}
"""Engine → what is done first there, which takes seconds."""


def prove_patterns(paths: Iterable[Path], settings: Settings, options: ProveOptions) -> Generator[Report, None, None]:
    """Deploy what was published of each design, execute its access patterns, and judge what was sent.

    An engine of our own exists while its report is with the caller; it ends when the next report is asked for, or when
    the generator is closed.

    Args:
        paths: the designs.
        settings: their context.
        options: the engines, and how they are used.

    Raises:
        CfnTableError: a design cannot become a template, is not published as it is now, or an engine does not take it.
    """
    from cfn_table.prove.run import execute

    progress = options.progress or (lambda _: None)
    for path in paths:
        progress(f"reading {path.stem}")
        begin = time.perf_counter()
        prepared = _prepared(path, settings, options)
        _require_patterns(prepared, options)
        loaded = time.perf_counter() - begin
        for engine in _engines(options):
            begin = time.perf_counter()
            with _deployed(engine, prepared, options) as deployed:
                phases = {"design": loaded, "deploy": time.perf_counter() - begin}
                yield execute(
                    prepared.design,
                    prepared.artifacts.template,
                    deployed,
                    seed=options.seed,
                    only=options.patterns or None,
                    phases=phases,
                    progress=progress,
                )


def _prepared(path: Path, settings: Settings, options: ProveOptions) -> Prepared:
    if options.draft:
        from cfn_table.pipeline.prepared import prepare

        return prepare(path, settings)
    from cfn_table.pipeline.check import require_current

    return require_current(path, settings)


def _require_patterns(prepared: Prepared, options: ProveOptions) -> None:
    known = prepared.design.file.access_patterns
    for name in options.patterns:
        if name not in known:
            raise UsageError(
                f"`{prepared.design.name}` has no access pattern `{name}`",
                help=did_you_mean(name, known),
            )


def _engines(options: ProveOptions) -> tuple[str, ...]:
    if options.stack_name is not None:
        return ("stack",)
    return ("endpoint",) if options.endpoint_url is not None else options.engines


def _deployed(engine: str, prepared: Prepared, options: ProveOptions) -> AbstractContextManager[Deployed]:
    design, template = prepared.design, prepared.artifacts.template
    if engine == "stack":
        _ask(options)
    if options.progress is not None:
        options.progress(f"{design.name}: {_BEGINNINGS[engine]}")
    if engine == "moto":
        from cfn_table.prove.engines.moto import moto_engine

        return moto_engine(design, template, parameters=options.parameters)
    if engine == "dynamodb-local":
        from cfn_table.prove.engines.dynamodb_local import dynamodb_local_engine

        return dynamodb_local_engine(
            design, template, jar=None if options.jar is None else Path(options.jar), parameters=options.parameters
        )
    from cfn_table.prove.engines.endpoint import endpoint_engine, stack_engine

    if engine == "endpoint":
        assert options.endpoint_url is not None
        return endpoint_engine(
            design, template, options.endpoint_url, parameters=options.parameters, region=options.region
        )
    assert options.stack_name is not None
    return stack_engine(
        design,
        options.stack_name,
        endpoint_url=options.endpoint_url,
        region=options.region,
        profile=options.profile,
    )


def _ask(options: ProveOptions) -> None:
    """Ask before anything is written to a table that others may use.

    Raises:
        UsageError: nobody says yes.
    """
    where = f"stack `{options.stack_name}`" + (f" at {options.endpoint_url}" if options.endpoint_url else "")
    question = f"write items to the table of {where}, under keys of their own, and delete them again?"
    if options.confirm is None or not options.confirm(question):
        raise UsageError(f"nothing was written to the table of {where}", help="say yes, or add `--yes`")
