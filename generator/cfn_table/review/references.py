"""What a value of a template refers to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

_SUB: Final = re.compile(r"\$\{([^!}][^}]*)\}")


def referenced(value: Any) -> Iterator[str]:
    """Names in `Ref`, `Fn::GetAtt` and `Fn::Sub`, anywhere in a value: logical ids and parameters."""
    if isinstance(value, list):
        for each in value:
            yield from referenced(each)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key == "Ref" and isinstance(inner, str):
                yield inner
            elif key == "Fn::GetAtt" and inner:
                yield str(inner[0] if isinstance(inner, list) else inner).split(".")[0]
            elif key == "Fn::Sub":
                text = inner[0] if isinstance(inner, list) and inner else inner
                if isinstance(text, str):
                    yield from (name.strip().split(".")[0] for name in _SUB.findall(text))
            yield from referenced(inner)
