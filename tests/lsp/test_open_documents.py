"""Marks on holes, which stay in place while their document is edited."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.lsp.documents import Document, Edit, applied
from prover.lsp.framing import Json
from prover.lsp.open_documents import Documents, Mark

TEXT = "theorem a : p := by\n  sorry\n\ntheorem b : q := by\n  sorry\n"
words = st.text(st.sampled_from("a\n 𝔸"), max_size=8)


def opened(text: str) -> Documents:
    """The document `u` with this text."""
    documents = Documents()
    documents.open(Document("u", 1, text))
    return documents


def change(document: Document, edit: Edit) -> Json:
    """The edit as editors tell of it."""
    [told] = document.text_edits([edit])
    return {"range": told["range"], "text": edit.text}


def edited(documents: Documents, old: str, new: str) -> None:
    """Has the first `old` in the document become `new`."""
    document = documents.get("u")
    assert document is not None
    start = document.text.index(old)
    documents.change("u", 2, [change(document, Edit(start, start + len(old), new))])


def both(documents: Documents) -> tuple[Mark, Mark]:
    """Marks on both holes."""
    document = documents.get("u")
    assert document is not None
    return documents.follow("u", document.text.index("sorry")), documents.follow(
        "u", document.text.rindex("sorry")
    )


@given(words, words, st.lists(st.tuples(st.booleans(), words, st.data()), max_size=5))
def test_a_mark_stays_with_its_hole(
    before: str, behind: str, edits: list[tuple[bool, str, st.DataObject]]
) -> None:
    documents = opened(f"{before}sorry{behind}")
    mark = documents.follow("u", len(before))
    document = documents.get("u")
    assert document is not None
    changes = []
    for is_before, new, data in edits:
        place = document.text.index("sorry")
        bounds = (0, place) if is_before else (place + 5, len(document.text))
        start, stop = sorted(data.draw(st.tuples(*2 * [st.integers(*bounds)])))
        changes.append(change(document, Edit(start, stop, new)))
        text = applied(document.text, [Edit(start, stop, new)])
        document = Document("u", 1, text)
    documents.change("u", 2, changes)
    current = documents.get("u")
    assert current is not None
    assert current.text == document.text
    assert not mark.gone
    assert mark.offset == document.text.index("sorry")


@pytest.mark.parametrize(
    ("old", "new", "touched"),
    [
        ("p :=", "p' :=", (True, True)),
        ("\n\ntheorem b", "\n\n\ntheorem b", (False, True)),
        ("\n\ntheorem b", "\n  done\n\ntheorem b", (True, True)),
        ("theorem b", "theorem b'", (False, True)),
        ("theorem b", "  done\ntheorem b", (True, True)),
        ("theorem b", "theorem b", (False, False)),
    ],
)
def test_what_touches_a_mark(old: str, new: str, touched: tuple[bool, bool]) -> None:
    documents = opened(TEXT)
    marks = both(documents)
    edited(documents, old, new)
    assert tuple(mark.touched.is_set() for mark in marks) == touched
    assert [documents.renew(mark) for mark in marks] == [documents.get("u")] * 2
    assert not any(mark.touched.is_set() for mark in marks)


def test_the_whole_text_may_be_sent() -> None:
    documents = opened(TEXT)
    first, second = both(documents)
    documents.change("u", 2, [{"text": TEXT.replace("theorem b", "theorem c")}])
    assert (first.touched.is_set(), second.touched.is_set()) == (False, True)
    documents.change("u", 3, [{"text": TEXT.replace("sorry", "simp", 1)}])
    assert (first.gone, second.gone) == (True, False)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_fills_another_hole_touches_nothing(end: str) -> None:
    documents = opened(TEXT.replace("\n", end))
    first, second = both(documents)
    first.filling = Edit(-2 - len(end), 5, "\n  step\n  done")
    edited(documents, f"{end}  sorry", f"{end}  step{end}  done")
    assert first.gone
    assert not second.touched.is_set()
    # The same is somebody else's where nothing was asked for.
    edited(documents, "step", "skip")
    assert second.touched.is_set()


@pytest.mark.parametrize("new", ["rfl", "sorryAx", "/- sorry -/", "sorry'"])
def test_a_hole_that_is_none_any_more_is_gone(new: str) -> None:
    documents = opened(TEXT)
    first, second = both(documents)
    edited(documents, "sorry", new)
    assert documents.renew(first) is None
    assert first.gone
    assert documents.renew(second) is documents.get("u")
