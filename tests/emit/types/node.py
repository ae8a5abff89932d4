"""One process of Node.js that says which texts regular expressions match."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from cfn_table.languages.matching import compile_quietly
from tests.engines import install
from tests.engines.require import engine_or_skip

PROGRAM = """\
const lines = require('readline').createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const [pattern, texts] = JSON.parse(line);
  let answer;
  try {
    const reads = new RegExp(pattern, 'u');
    answer = texts.map((text) => reads.test(text));
  } catch (error) {
    answer = String(error);
  }
  console.log(JSON.stringify(answer));
});
"""


class Matcher:
    """What ECMAScript says about patterns, under the flag `u`."""

    def __init__(self, reads: IO[str], prints: IO[str]) -> None:
        self._reads = reads
        self._prints = prints

    def tests(self, pattern: str, texts: Sequence[str]) -> list[bool]:
        """For each text whether it holds what the pattern, as `RegExp` takes it, matches."""
        self._reads.write(json.dumps([pattern, list(texts)]) + "\n")
        self._reads.flush()
        answer = json.loads(self._prints.readline())
        assert isinstance(answer, list), f"{pattern}: {answer}"
        return answer

    def searches(self, pattern: str, texts: Sequence[str]) -> list[str]:
        """The texts in which the pattern matches somewhere."""
        return [text for text, matches in zip(texts, self.tests(pattern, texts), strict=True) if matches]

    def full_matches(self, pattern: str, texts: Sequence[str]) -> list[str]:
        """The texts that the pattern matches as a whole."""
        return self.searches(f"^(?:{pattern})$", texts)


@contextmanager
def matcher() -> Iterator[Matcher]:
    """A process of Node.js until the block ends; the test is skipped, or fails, where there is none."""
    try:
        node = install.node()
    except install.EngineUnavailableError as error:
        engine_or_skip(str(error))
    with subprocess.Popen([node, "-e", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Matcher(process.stdin, process.stdout)
        process.stdin.close()


def python_matches(pattern: str, texts: list[str]) -> list[str]:
    """The texts that a pattern matches as a whole in Python, to be compared with `Matcher.full_matches`."""
    reads = compile_quietly(pattern)
    return [text for text in texts if reads.fullmatch(text)]
