"""Lean files: read, split into theorems, filled, written. No Lean needed."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.errors import InputError, SetupError
from prover.lean_file import Hole, LeanFile, Span

TWO = """theorem a : 1 = 1 ∧ 2 = 2 :=
  ⟨sorry, sorry⟩

theorem ℓ (n : Nat) : n = n := by
  have h : 1 = 1 := by sorry
  sorry
"""


def holes_of(text: bytes) -> list[Hole]:
    """The holes of a text in which every declaration starts with `theorem` at a line's start."""
    holes, start = [], 0
    starts = [i for i in range(len(text)) if text.startswith(b"theorem", i)]
    while (start := text.find(b"sorry", start)) >= 0:
        first = max(begin for begin in starts if begin < start)
        last = min([begin for begin in starts if begin > start], default=len(text))
        span = Span(first, first + len(text[first:last].rstrip()))
        name = text[first:].split()[1].decode()
        line = text[:start].rpartition(b"\n")[2].decode()
        number = text.count(b"\n", 0, start) + 1
        is_term = not line.endswith("by ") and bool(line.strip())
        holes.append(Hole(Span(start, start + 5), span, name, is_term, number, len(line)))
        start += 5
    return holes


def lean_file(tmp_path: Path, text: str) -> LeanFile:
    path = tmp_path / "A.lean"
    path.write_bytes(text.encode())
    return LeanFile.read(path)


def test_a_theorem_is_all_of_the_file_up_to_its_end(tmp_path: Path) -> None:
    file = lean_file(tmp_path, TWO)
    first, second, third, fourth = holes_of(file.text)
    for hole in (first, second):
        theorem = file.theorem(hole, {})
        assert theorem.header == ""
        assert theorem.declaration == TWO[: TWO.index("\n\n")]
    theorem = file.theorem(fourth, {})
    assert theorem.header + theorem.declaration + "\n" == TWO
    assert theorem.offset == fourth.span.start - fourth.declaration.start
    assert not theorem.is_term
    assert not file.theorem(third, {}).is_term
    assert theorem.source == f"{file.path}:6"


def test_proofs_at_hand_stand_in_the_header_and_beside_the_hole(tmp_path: Path) -> None:
    file = lean_file(tmp_path, TWO)
    first, second, third, fourth = holes_of(file.text)
    theorem = file.theorem(fourth, {first: "rfl", second: "rfl", third: "rfl", fourth: "omega"})
    assert "⟨(by rfl), (by rfl)⟩" in theorem.header
    assert "have h : 1 = 1 := by rfl\n  " in theorem.before
    assert theorem.hole == "sorry"
    assert file.theorem(first, {second: "rfl"}).after == ", (by rfl)⟩"


def test_the_filled_text_is_the_last_theorem_filled(tmp_path: Path) -> None:
    file = lean_file(tmp_path, TWO)
    holes = holes_of(file.text)
    scripts = dict.fromkeys(holes, "constructor\n· rfl\n· rfl")
    last = file.theorem(holes[-1], scripts)
    filled = last.filled(scripts[holes[-1]])
    assert file.filled(scripts) == last.header + filled.declaration + "\n"


def test_places_are_counted_as_lean_counts_them(tmp_path: Path) -> None:
    file = lean_file(tmp_path, TWO)
    for hole in holes_of(file.text):
        assert file.place(hole.span.start) == (hole.line, hole.column)
        assert file.offset(hole.line, hole.column) == hole.span.start


def test_a_line_behind_the_last_is_the_end(tmp_path: Path) -> None:
    file = lean_file(tmp_path, TWO)
    assert file.offset(999, 0) == len(file.text)
    assert file.first(999) == holes_of(file.text)[-1].span.start


def test_imports(tmp_path: Path) -> None:
    text = "/- import No -/ -- import No\nimport Mathlib.Tactic\npublic import Lean\ntheorem x : y"
    assert lean_file(tmp_path, text).imports == ("Mathlib.Tactic", "Lean")


def test_writing_changes_the_holes_and_nothing_else(tmp_path: Path) -> None:
    text = "  -- tabs\there  \n" + TWO + "-- end, without a newline   "
    file = lean_file(tmp_path, text)
    file.path.chmod(0o640)
    hole = holes_of(file.text)[-1]
    file.write({hole: "rfl"})
    assert file.path.read_bytes() == text.encode().replace(b"\n  sorry\n", b"\n  rfl\n")
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [file.path]


def test_carriage_returns_are_kept(tmp_path: Path) -> None:
    file = lean_file(tmp_path, TWO.replace("\n", "\r\n"))
    assert b"\r" not in file.text
    holes = holes_of(file.text)
    file.write(dict.fromkeys(holes, "constructor\n· rfl\n· rfl"))
    written = file.path.read_bytes()
    assert written.count(b"\r\n") == written.count(b"\n")
    assert written.replace(b"\r\n", b"\n").decode() == file.filled(
        dict.fromkeys(holes, "constructor\n· rfl\n· rfl")
    )


def test_mixed_line_ends_stay_mixed(tmp_path: Path) -> None:
    text = TWO.replace("\n\n", "\n\r\n")
    file = lean_file(tmp_path, text)
    file.write({holes_of(file.text)[-1]: "rfl"})
    assert file.path.read_bytes() == text.replace("\n  sorry\n", "\n  rfl\n").encode()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_byte_order_mark_is_not_read_and_is_kept(tmp_path: Path, end: str) -> None:
    path = tmp_path / "A.lean"
    text = TWO.replace("\n", end)
    path.write_bytes(b"\xef\xbb\xbfimport Lean" + end.encode() + text.encode())
    file = LeanFile.read(path)
    assert file.text.decode() == "import Lean\n" + TWO
    assert file.imports == ("Lean",)
    assert file.place(file.text.index(b"Lean")) == (1, len("import "))
    first, *_, last = holes_of(file.text)
    file.write({first: "rfl", last: "rfl"})
    filled = text.replace("⟨sorry", "⟨(by rfl)").replace(f"{end}  sorry{end}", f"{end}  rfl{end}")
    assert path.read_bytes().decode() == f"\ufeffimport Lean{end}{filled}"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real = tmp_path / "real" / "B.lean"
    real.write_text("theorem b : 1 = 1 := by\n  sorry\n")
    link = tmp_path / "A.lean"
    link.symlink_to(real)
    file = LeanFile.read(link)
    file.write({holes_of(file.text)[0]: "rfl"})
    assert link.is_symlink()
    assert real.read_text() == "theorem b : 1 = 1 := by\n  rfl\n"


def test_a_file_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    file = lean_file(tmp_path, TWO)
    file.path.write_text("-- changed\n")
    with pytest.raises(InputError, match="has changed"):
        file.write({holes_of(file.text)[0]: "rfl"})
    assert file.path.read_text() == "-- changed\n"


def test_a_full_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = lean_file(tmp_path, TWO)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("prover.lean_file.os.fsync", full)
    with pytest.raises(SetupError, match="No space left on device; it is as it was"):
        file.write({holes_of(file.text)[0]: "rfl"})
    assert file.path.read_text() == TWO
    assert list(tmp_path.iterdir()) == [file.path]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \r\n\n", "is empty"),
        (b"\xef\xbb\xbf\n", "is empty"),
        (b"theorem a : 1 = 1\n:= \xff sorry", "lean:2: byte 21 is not UTF-8"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "A.lean"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as raised:
        LeanFile.read(path)
    assert raised.value.hint


def test_a_missing_file_names_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "Demo.lean").write_text("-- here")
    with pytest.raises(InputError, match="there is no file") as raised:
        LeanFile.read(tmp_path / "Dmeo.lean")
    assert "Demo.lean" in raised.value.hint
    with pytest.raises(InputError, match="is a folder"):
        LeanFile.read(tmp_path)


PIECES = st.sampled_from(["theorem t : p := by\n  ", "⟨", "by ", "sorry", "∀ x,\r\n", "\n", " — "])


@given(st.lists(PIECES, max_size=20), st.sampled_from(["rfl", "simp\nomega", "· a\n  b\n\n· c"]))
def test_everything_outside_the_holes_stays(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[str], script: str
) -> None:
    raw = ("theorem t : p := by\r\n  " + "".join(pieces) + "\nend").encode()
    file = LeanFile(tmp_path_factory.getbasetemp() / "X.lean", raw)
    file.path.write_bytes(raw)
    scripts = dict.fromkeys(holes_of(file.text), script)
    file.write(scripts)
    rest = file.path.read_bytes()
    for piece in raw.split(b"sorry"):
        start = rest.index(piece.rstrip(b" "))
        rest = rest[start + len(piece.rstrip(b" ")) :]
    assert rest == b""


@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize(("line", "place"), [(None, 0), (1, 0), (4, 1), (5, 2), (6, 3), (9, 3)])
def test_the_hole_that_may_be_meant_by_a_line_also_by_one_behind_the_end(
    end: str, line: int | None, place: int
) -> None:
    file = LeanFile(Path("A.lean"), (TWO.rstrip("\n") + end).encode())
    assert file.first(line) == holes_of(file.text)[place].span.start
