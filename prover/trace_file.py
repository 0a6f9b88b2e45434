import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from prover.errors import InputProblem
from prover.search.events import Event
from prover.search.trace import parse_event


def read_trace(path: Path, theorem: str | None = None) -> Iterator[Event]:
    """The events of one search in a file: the first one, or the first for the theorem.

    Raises `InputProblem` when the file can't be read, for a line that is no event, which it names,
    and when the file has no such search.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8") as lines:
            yield from parse_event(lines, str(path), theorem)
    except UnicodeDecodeError as error:
        raise InputProblem(f"{path} is not UTF-8: {error.reason}") from error
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or error
        raise InputProblem(f"{path} can't be read: {why}") from error
