"""Files of events, one JSON object a line: written compressed while a search runs, read back."""

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from pathlib import Path

from prover.errors import InputError
from prover.search.events import Event
from prover.search.trace import parse_events


class TraceWriter:
    """The events of a search as JSON lines, compressed as they come."""

    def __init__(self, theorem: str) -> None:
        self._theorem = theorem
        self._bytes = io.BytesIO()
        # Without the time in it, the same events are the same bytes.
        self._gzip = gzip.GzipFile(fileobj=self._bytes, mode="wb", mtime=0)

    def note(self, event: Event) -> None:
        """Adds an event."""
        json_of = event.to_json()
        line = {"event": json_of["event"], "theorem": self._theorem, **json_of}
        text = json.dumps(line, ensure_ascii=False) + "\n"
        self._gzip.write(text.encode(errors="replace"))

    def compressed(self) -> bytes:
        """All of them. None can be added afterwards."""
        self._gzip.close()
        return self._bytes.getvalue()


def read_trace(path: Path, theorem: str | None = None) -> Iterator[Event]:
    """The events of one search in a file: the first one, or the first for the theorem.

    Raises `InputError` when the file can't be read, for a line that is no event, which it names,
    and when the file has no such search.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8") as lines:
            yield from parse_events(lines, str(path), theorem)
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8: {error.reason}") from error
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(f"{path} can't be read: {why}") from error
