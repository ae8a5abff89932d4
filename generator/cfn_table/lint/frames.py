"""What travels through the pipes between this program and the processes that lint for it.

A frame is four bytes of length (big-endian), then JSON.
"""

from __future__ import annotations

import os
from typing import Any

Frame = dict[str, Any]


def read_frame(descriptor: int) -> Frame | None:
    """The next frame; None at the end of the stream, even if it ends within a frame."""
    import json

    head = _read(descriptor, 4)
    body = None if head is None else _read(descriptor, int.from_bytes(head, "big"))
    if body is None:
        return None
    frame: Frame = json.loads(body)
    return frame


def write_frame(descriptor: int, frame: Frame) -> None:
    """Write a frame; raises BrokenPipeError when nobody reads any more."""
    import json

    body = json.dumps(frame).encode("ascii")
    rest = memoryview(len(body).to_bytes(4, "big") + body)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _read(descriptor: int, size: int) -> bytes | None:
    chunks = []
    while size:
        chunk = os.read(descriptor, min(size, 1 << 20))
        if not chunk:
            return None
        chunks.append(chunk)
        size -= len(chunk)
    return b"".join(chunks)
