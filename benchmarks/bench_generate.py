"""`cfn-table generate` against the `cfn-lint` command and `cdk synth`: one design, and hundreds.

    python -m benchmarks.bench_generate            # one design, nine runs
    python -m benchmarks.bench_generate --many     # and 200 designs in one call

Whole processes, medians, every contestant in turn. "cold" has no cache of verdicts and publishes anew; bytecode is
compiled.
"""

from __future__ import annotations

import argparse
import compileall
import itertools
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.cdk import cdk_app
from benchmarks.measure import Contestant, peak_mib, race, table

ROOT = Path(__file__).parents[1]
GENERATE = [sys.executable, "-m", "cfn_table", "generate", "-q"]


def main() -> None:
    """Measure, and print a table of ratios with their targets."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=9, help="runs of each contestant")
    options.add_argument("--many", action="store_true", help="also 200 designs in one call")
    options.add_argument("--no-cdk", action="store_true", help="leave the AWS CDK out")
    chosen = options.parse_args()
    import cfn_table

    compileall.compile_dir(str(Path(cfn_table.__file__).parent), quiet=1)
    with tempfile.TemporaryDirectory() as scratch:
        one(Path(scratch), chosen.runs, cdk=not chosen.no_cdk)
        if chosen.many:
            many(Path(scratch), max(3, chosen.runs // 3))


def project(folder: Path, copies: int = 0) -> Path:
    """A project with kv-storage, or with `copies` designs of other names and contents like it."""
    source = (ROOT / "templates" / "kv-storage.yaml").read_text("utf-8").replace("1.0.0-rc.1", "1.0.0")
    for number in range(1, copies + 1) if copies else [0]:
        name = f"kv-storage-{number}" if number else "kv-storage"
        text = source.replace("design: kv-storage", f"design: {name}").replace("kv-storage-data", f"{name}-data")
        (folder / "templates").mkdir(parents=True, exist_ok=True)
        (folder / "templates" / f"{name}.yaml").write_text(text, "utf-8")
        shutil.copytree(ROOT / "policies" / "kv-storage", folder / "policies" / name)
    return folder


def cfn_lint() -> str:
    """The `cfn-lint` command of this environment."""
    beside = Path(sys.executable).with_name("cfn-lint")
    found = str(beside) if beside.exists() else shutil.which("cfn-lint")
    if found is None:
        raise SystemExit("there is no cfn-lint command here")
    return found


def one(scratch: Path, runs: int, *, cdk: bool) -> None:
    """One design: cold, unchanged, `--help`, against cfn-lint and cdk synth."""
    folder = project(scratch / "one")
    numbers = itertools.count()

    def fresh() -> dict[str, str]:
        shutil.rmtree(folder / "build", ignore_errors=True)
        return {"CFN_TABLE_CACHE": str(scratch / f"cache{next(numbers)}")}

    kept = {"CFN_TABLE_CACHE": str(scratch / "kept")}
    unchanged_folder = project(scratch / "unchanged")
    cold = Contestant("generate, cold", GENERATE, folder, fresh)
    unchanged = Contestant("generate, unchanged", GENERATE, unchanged_folder, lambda: kept)
    race([cold, unchanged], 1)
    linted = unchanged_folder / "build" / "kv-storage" / "1.0.0" / "template.yaml"
    help_ = Contestant("--help", [sys.executable, "-m", "cfn_table", "--help"], scratch)
    nothing = Contestant("python -c pass", [sys.executable, "-c", "pass"], scratch)
    lint = Contestant("cfn-lint", [cfn_lint(), str(linted)], scratch)
    contestants = [cold, unchanged, help_, nothing, lint]
    reason = ""
    synth: list[Contestant] = []
    if cdk:
        commands, reason = cdk_app()
        synth = [Contestant(name, command, cwd) for name, command, cwd in commands]
    for each in (cold, unchanged):
        each.seconds.clear()
    race([*contestants, *synth], runs)
    rows = [["one design", "median s", "against", "ratio", "target"]]
    rows.append(ratio(cold, lint, 0.85))
    rows.append(ratio(unchanged, lint, 0.15))
    over = help_.median - nothing.median
    rows.append(["--help", f"{help_.median:.3f}", "python -c pass", f"+{over:.3f} s", "≤ +0.12 s"])
    if synth:
        rows.append(ratio(cold, synth[-1], 0.4))
    rows.append(["cfn-lint", f"{lint.median:.3f}", "", "", ""])
    rows += [[each.name, f"{each.median:.3f}", "", "", ""] for each in synth]
    print(table(rows))
    if reason:
        print(f"the AWS CDK was left out: {reason}")


def many(scratch: Path, runs: int) -> None:
    """200 designs in one call, and the memory at 20 and at 200."""
    rows = [["designs", "generate s", "cfn-lint s", "ratio", "target", "generate MiB", "cfn-lint MiB"]]
    for count in (20, 200):
        folder = project(scratch / f"many{count}", count)
        numbers = itertools.count()

        def fresh(folder: Path = folder, numbers: Iterator[int] = numbers) -> dict[str, str]:
            if next(numbers):
                shutil.rmtree(folder / "build", ignore_errors=True)
            return {"CFN_TABLE_CACHE": tempfile.mkdtemp(dir=scratch)}

        generate = Contestant("generate", GENERATE, folder, fresh)
        race([generate], 1)
        generate.seconds.clear()
        templates = sorted(str(path) for path in folder.glob("build/*/*/template.yaml"))
        copies = scratch / f"templates{count}"
        copies.mkdir()
        for number, path in enumerate(templates):
            shutil.copyfile(path, copies / f"{number}.yaml")
        lint = Contestant("cfn-lint", [cfn_lint(), *sorted(map(str, copies.iterdir()))], scratch)
        race([generate, lint], runs)
        rows.append(
            [
                str(count),
                f"{generate.median:.2f}",
                f"{lint.median:.2f}",
                f"{generate.median / lint.median:.2f}",
                "≤ 0.55" if count == 200 else "",
                mib(generate),
                mib(lint),
            ]
        )
    print()
    print(table(rows))


def mib(contestant: Contestant) -> str:
    """The peak of its memory, all its processes together."""
    peak = peak_mib(contestant)
    return "unknown" if peak is None else f"{peak:.0f}"


def ratio(one: Contestant, other: Contestant, target: float) -> list[str]:
    """A row that compares two medians."""
    return [one.name, f"{one.median:.3f}", other.name, f"{one.median / other.median:.2f}", f"≤ {target}"]


if __name__ == "__main__":
    main()
