"""Preparing lean.js and lean.wasm, on a small package."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest

from prover.errors import SetupError
from prover.lean.embedded import wasm
from prover.lean.embedded.js_patch import HOST, PATCHES, Patch, patched
from prover.lean.embedded.npm_package import node
from tests.lean.small_package import NAMES, module, script

RUN = """
const bytes = require("fs").readFileSync(process.argv[1]);
const memory = new WebAssembly.Memory({initial: 1, maximum: 2, shared: true});
const {exports} = new WebAssembly.Instance(new WebAssembly.Module(bytes), {env: {memory}});
const call = slot => exports.table.get(Number(slot))();
console.log(Object.keys(exports).join(), process.argv.slice(2).map(call).join());
"""


def test_every_change_is_made() -> None:
    text = patched(script()).decode()
    for change in PATCHES:
        assert change.new in text
    assert text.startswith(HOST.read_text())


def test_exports_that_nothing_reads_are_dropped() -> None:
    text = patched(script()).decode()
    assert not any(f"{name}=" in text or f",{name}" in text for name in NAMES)
    assert 'var _seven;function assignWasmExports(wasmExports){_seven=Module["_seven"]' in text


@pytest.mark.parametrize("change", PATCHES, ids=lambda change: change.reason)
def test_a_package_that_is_not_as_expected_is_refused(change: Patch) -> None:
    other = script().replace(change.old.encode(), b"other text")
    with pytest.raises(SetupError, match="not as expected") as problem:
        patched(other)
    assert change.reason in problem.value.message


def test_a_text_that_is_there_twice_is_refused() -> None:
    change = Patch("it", "a", "b")
    assert change.apply(b"-a-") == b"-b-"
    with pytest.raises(SetupError):
        change.apply(b"-a-a-")


def test_functions_are_reached_by_address_instead_of_export(tmp_path: Path) -> None:
    output = io.BytesIO()
    addresses = wasm.trim_exports(module(), {b"table"}, output)
    path = tmp_path / "small.wasm"
    path.write_bytes(output.getvalue())
    slots = [str(addresses[name]) for name in (b"seven", b"nine")]
    command = (str(node()), "-e", RUN, str(path), *slots)
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["table", "7,9"]
    assert addresses[b"constant"] == 1024


def test_a_module_built_otherwise_is_refused() -> None:
    with pytest.raises(SetupError, match="not as expected"):
        wasm.trim_exports(b"\0asm\x02" + module()[5:], set(), io.BytesIO())


@pytest.mark.parametrize("count", [1, 2, 3, 50])
def test_the_host_finds_every_address(tmp_path: Path, count: int) -> None:
    names = sorted(f"l_Nat_{number}_{'x' * (number % 7)}".encode() for number in range(count))
    lines = [b"%b %d\n" % (name, number) for number, name in enumerate(names, 1)]
    (tmp_path / "symbols").write_bytes(b"".join(lines))
    asked = [*(name.decode() for name in names), "", "a", "l_Nat_", "l_Nat_0x", "z"]
    call = "process.stdout.write(process.argv.slice(2).map(Host.address).join())"
    (tmp_path / "host.js").write_text(HOST.read_text() + call)
    command = (str(node()), str(tmp_path / "host.js"), *asked)
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.split(",") == [*map(str, range(1, count + 1)), "0", "0", "0", "0", "0"]
