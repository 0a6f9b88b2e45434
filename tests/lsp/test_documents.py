"""Documents and places in them. UTF-16 is checked against Python's own encoder."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.lsp.documents import Document, Edit, applied, at_lean_place, lean_place

TEXT = "theorem 𝔸ℓ : 1 = 1 := by\r\n  sorry\n\nend"
texts = st.text(st.sampled_from("aℓ𝔸 \n\r\u2028\x0c"), max_size=40)


def test_columns_are_counted_in_utf16() -> None:
    document = Document("u", 1, TEXT)
    assert document.position(TEXT.index("ℓ")) == {"line": 0, "character": 10}
    assert document.offset({"line": 0, "character": 10}) == TEXT.index("ℓ")
    assert document.offset({"line": 0, "character": 9}) == TEXT.index("𝔸")
    assert document.offset({"line": 1, "character": 2}) == TEXT.index("sorry")


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 12), ("utf-32", 9)])
def test_another_encoding_can_be_agreed_on(encoding: str, column: int) -> None:
    document = Document("u", 1, TEXT, encoding)
    assert document.position(TEXT.index("ℓ")) == {"line": 0, "character": column}
    assert document.offset({"line": 0, "character": column}) == TEXT.index("ℓ")


def test_positions_behind_the_end_are_the_end() -> None:
    document = Document("u", 1, TEXT)
    assert document.offset({"line": 0, "character": 99}) == TEXT.index("\r\n")
    assert document.offset({"line": 99, "character": 0}) == len(TEXT)


@given(texts, st.data())
def test_a_place_is_found_again(text: str, data: st.DataObject) -> None:
    document = Document("u", 1, text)
    offset = data.draw(st.integers(0, len(text)))
    position = document.position(offset)
    line = text[:offset].replace("\r\n", "\n").replace("\r", "\n").rpartition("\n")[2]
    if text[offset - 1 : offset + 1] != "\r\n" or not offset:
        assert position["character"] == len(line.encode("utf-16-le")) // 2
        assert document.offset(position) == offset
    assert at_lean_place(text, *lean_place(text, offset)) == offset


@given(texts, texts, st.data())
def test_a_change_with_a_range_is_the_edit(text: str, new: str, data: st.DataObject) -> None:
    document = Document("u", 1, text)
    start, stop = sorted(data.draw(st.tuples(*2 * [st.integers(0, len(text))])))
    [edit] = document.text_edits([Edit(start, stop, new)])
    changed, _ = document.changed(2, [{"range": edit["range"], "text": new}])
    # There is no position between the two characters of a line end.
    if not any(text[place - 1 : place + 1] == "\r\n" for place in (start, stop) if place):
        assert changed.text == text[:start] + new + text[stop:]
    assert changed.version == 2


def test_changes_follow_each_other_and_may_be_whole() -> None:
    place = {"line": 0, "character": 2}
    insert = {"range": {"start": place, "end": place}, "text": "𝔸"}
    assert Document("u", 1, "abcd").changed(2, [insert, insert])[0].text == "ab𝔸𝔸cd"
    assert Document("u", 1, "abcd").changed(2, [insert, {"text": "x"}])[0].text == "x"


def test_edits_have_the_line_ends_of_the_document() -> None:
    [edit] = Document("u", 1, TEXT).text_edits([Edit(0, 0, "a\nb")])
    assert edit["newText"] == "a\r\nb"


def test_edits_are_applied_in_order() -> None:
    assert applied("abcdef", [Edit(1, 2, "X"), Edit(2, 2, "Y"), Edit(4, 6, "")]) == "aXYcd"


def test_a_place_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="not found"):
        at_lean_place("one line", 2, 0)
