"""Takes the 200,000 exports out of `lean.wasm`, which each thread would make objects for.

Lean's interpreter finds compiled code by name (`dlsym`) and wants an address: of a function, its
slot in the function table; of a constant, its place in memory. So every exported function is given
a slot here, and the addresses of all names are handed out, for the host to search in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import IO

from prover.errors import SetupError

IMPORT, TABLE, GLOBAL, EXPORT, ELEMENT = 2, 4, 6, 7, 9
FUNCTION, GLOBAL_VARIABLE = 0, 3
HEADER = b"\0asm\x01\0\0\0"
TABLE_OF_FUNCTIONS = b"\x01\x70\x00"
"""One table, of functions, without a maximum."""
ELEMENTS_FROM_ONE = b"\x01\x00\x41\x01\x0b"
"""One segment, active in that table from slot 1 on."""

SHARED_MEMORY = b"\x03"
"""A memory, shared and with a maximum."""
CONSTANT, END = b"\x41", b"\x0b"


@dataclass(frozen=True)
class Export:
    """An exported thing: its kind as in the format, and its index among those of its kind."""

    name: bytes
    kind: int
    index: int


class Reader:
    """Reads the numbers and the names of the binary format, one after the other."""

    def __init__(self, data: bytes, position: int = 0) -> None:
        self.data = data
        self.position = position

    def number(self) -> int:
        """An unsigned number in LEB128."""
        value = shift = 0
        while True:
            byte = self.data[self.position]
            self.position += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def take(self, count: int) -> bytes:
        """The next bytes."""
        self.position += count
        return self.data[self.position - count : self.position]

    def expect(self, expected: bytes) -> None:
        """Raises `SetupError` unless these bytes come next."""
        if self.take(len(expected)) != expected:
            raise SetupError(
                "lean.wasm of the Lean package is not as expected",
                "Install the version of the prover that goes with this package.",
            )


def encode(number: int) -> bytes:
    """A number in LEB128."""
    digits = bytearray()
    while number >= 0x80:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*digits, number))


def trim_exports(module: bytes, kept: Collection[bytes], output: IO[bytes]) -> dict[bytes, int]:
    """Writes the module with only the `kept` exports. The address of each name it exported.

    Raises `SetupError` when the module is not built as expected.
    """
    sections = {number: start for number, start, _ in split(module)}
    found = exports(Reader(module, sections[EXPORT]))
    members = elements(Reader(module, sections[ELEMENT]))
    slots = {function: slot for slot, function in enumerate(members, 1)}
    for export in found:
        if export.kind == FUNCTION and export.index not in slots:
            members.append(export.index)
            slots[export.index] = len(members)
    fresh = {
        TABLE: _table(Reader(module, sections[TABLE]), len(members) + 1),
        EXPORT: _exports([export for export in found if export.name in kept]),
        ELEMENT: b"".join((ELEMENTS_FROM_ONE, encode(len(members)), *map(encode, members))),
    }
    output.write(HEADER)
    for number, start, stop in split(module):
        body = fresh.get(number)
        output.write(bytes((number,)) + encode(stop - start if body is None else len(body)))
        output.write(memoryview(module)[start:stop] if body is None else body)
    variables = globals_(Reader(module, sections[IMPORT]), Reader(module, sections[GLOBAL]))
    return {
        export.name: (slots if export.kind == FUNCTION else variables)[export.index]
        for export in found
        if export.kind in (FUNCTION, GLOBAL_VARIABLE)
    }


def split(module: bytes) -> Iterator[tuple[int, int, int]]:
    """The number of each section, and where its contents begin and end."""
    reader = Reader(module)
    reader.expect(HEADER)
    while reader.position < len(module):
        number = reader.take(1)[0]
        size = reader.number()
        yield number, reader.position, reader.position + size
        reader.position += size


def exports(reader: Reader) -> list[Export]:
    """The entries of the export section."""
    return [
        Export(reader.take(reader.number()), reader.take(1)[0], reader.number())
        for _ in range(reader.number())
    ]


def elements(reader: Reader) -> list[int]:
    """The functions in the table, from slot 1 on."""
    reader.expect(ELEMENTS_FROM_ONE)
    return [reader.number() for _ in range(reader.number())]


def globals_(imports: Reader, own: Reader) -> dict[int, int]:
    """The value that each global of the module begins with, by index; imported ones come first."""
    first = sum(kind == GLOBAL_VARIABLE for kind in import_kinds(imports))
    values = {}
    for index in range(first, first + own.number()):
        own.take(2)
        own.expect(CONSTANT)
        # Signed, but addresses are not negative, and then there is no difference.
        values[index] = own.number()
        own.expect(END)
    return values


def import_kinds(reader: Reader) -> Iterator[int]:
    """The kind of each import."""
    for _ in range(reader.number()):
        for _ in ("module", "name"):
            reader.take(reader.number())
        kind = reader.take(1)[0]
        yield kind
        if kind == FUNCTION:
            reader.number()
        elif kind == GLOBAL_VARIABLE:
            reader.take(2)
        else:
            reader.expect(SHARED_MEMORY)
            reader.number()
            reader.number()


def _table(reader: Reader, size: int) -> bytes:
    reader.expect(TABLE_OF_FUNCTIONS)
    return TABLE_OF_FUNCTIONS + encode(size)


def _exports(kept: list[Export]) -> bytes:
    entries = (
        b"".join(
            (encode(len(export.name)), export.name, bytes((export.kind,)), encode(export.index))
        )
        for export in kept
    )
    return encode(len(kept)) + b"".join(entries)
