"""What a tool's arguments ask of the service."""

from __future__ import annotations

from pathlib import Path

from prover.mcp.tool_schemas import Subject


def test_a_file_is_sent_as_text_and_called_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "Sub").mkdir()
    (tmp_path / "Sub" / "A.lean").write_bytes(b"\xef\xbb\xbftheorem a : 1 = 1 := by\r\n  sorry\r\n")
    asked = Subject(file="Sub/A.lean", line=2).request(tmp_path)
    text = "theorem a : 1 = 1 := by\n  sorry\n"
    assert asked == {"file": {"text": text, "path": "Sub/A.lean", "line": 2}}
    assert Subject(text=text).request(tmp_path) == {"file": {"text": text}}
