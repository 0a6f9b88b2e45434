"""A package of the shape of the real one, small enough to install in a moment."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
from pathlib import Path

from prover.lean.embedded.js_patch import PATCHES
from prover.lean.embedded.npm_package import Package
from prover.lean.embedded.wasm import HEADER, encode

NAMES = ["_unused", *(f"_function{number}" for number in range(2000))]
PADDING = 2**20
"""Bytes of zeros in the module, which pack to nothing."""


def script() -> bytes:
    """A `lean.js` with every text that is changed, and thousands of exports that nothing reads."""
    kept = "".join(f"{change.old}{change.until};" for change in PATCHES)
    names = ["_seven", *NAMES]
    exports = ";".join(f'{name}=Module["{name}"]=wasmExports["{name[1:]}"]' for name in names)
    return (
        f"var start=1;{kept}var {','.join(names)};function assignWasmExports(wasmExports){{"
        f"{exports}}}var last=_seven;"
    ).encode()


def section(number: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return bytes((number,)) + encode(len(body)) + body


def name(text: str) -> bytes:
    return encode(len(text)) + text.encode()


def module() -> bytes:
    """Two functions, of which the table holds the first, a constant at 1024, and a memory."""
    return b"".join(
        (
            HEADER,
            section(0, name("padding"), bytes(PADDING)),
            section(1, b"\x01\x60\x00\x01\x7f"),
            section(2, b"\x01", name("env"), name("memory"), b"\x02\x03\x01\x02"),
            section(3, b"\x02\x00\x00"),
            section(4, b"\x01\x70\x00\x02"),
            section(6, b"\x01\x7f\x00\x41\x80\x08\x0b"),
            section(
                7,
                b"\x04",
                name("table") + b"\x01\x00",
                name("seven") + b"\x00\x00",
                name("nine") + b"\x00\x01",
                name("constant") + b"\x03\x00",
            ),
            section(9, b"\x01\x00\x41\x01\x0b\x01\x00"),
            section(10, b"\x02\x04\x00\x41\x07\x0b\x04\x00\x41\x09\x0b"),
        )
    )


def archive(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def make(folder: Path) -> Package:
    """Writes the package's tarball into the folder."""
    library = {"./Init.olean": b"olean", "./._Init.olean": b"fork", "./Init/Core.olean": b"core"}
    tarball = archive(
        {
            "package/package.json": b'{"name": "small", "version": "1.0.0"}',
            "package/lean-lib.tar.gz": archive(library),
            "package/lean.js": script(),
            "package/lean.wasm": module(),
        }
    )
    path = folder / "small-1.0.0.tgz"
    path.write_bytes(tarball)
    digest = base64.b64encode(hashlib.sha512(tarball).digest()).decode()
    return Package(str(path), f"sha512-{digest}")
