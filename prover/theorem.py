"""A theorem with one hole, and the text that fills it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from prover.script_layout import Gap, Slot, guessed, lay_out_script


@dataclass(frozen=True)
class Theorem:
    """A declaration with one hole, and all that stands before it.

    The text of the file is `header + before + hole + after`; the verifier keeps every byte of it
    but the hole's.
    """

    name: str
    header: str
    """Everything before the declaration: imports, options, opened namespaces, definitions."""
    before: str
    """The declaration up to the hole."""
    hole: str = "sorry"
    after: str = ""
    """What follows the hole inside the declaration."""
    is_term: bool = False
    """Whether the hole stands where Lean expects a term rather than a tactic."""
    source: str = ""
    slot: Slot | None = None
    """What Lean says of the hole's place; None where it was not asked."""
    checked: bool = False
    """Whether Lean has found nothing wrong with what it depends on. A search then takes the proofs
    above it as they are; the verifier never does."""

    @classmethod
    def from_statement(
        cls, name: str, statement: str, *, header: str = "", source: str = ""
    ) -> Theorem:
        """A theorem from its statement, which ends in `:= by`."""
        if header and not header.endswith("\n"):
            header += "\n"
        return cls(name=name, header=header, before=statement.rstrip() + "\n  ", source=source)

    @property
    def declaration(self) -> str:
        """The declaration with its hole."""
        return self.before + self.hole + self.after

    @property
    def offset(self) -> int:
        """Where the hole starts in the declaration, in UTF-8 bytes."""
        return len(self.before.encode())

    def filled(self, script: str) -> Theorem:
        """The theorem with the tactic script, laid out for its place, instead of the hole."""
        slot = self.slot or guessed(self.before, self.after, is_term=self.is_term)
        gap = Gap(self.before, self.after, slot)
        before, text = lay_out_script(script, gap, is_term=self.is_term)
        return replace(self, before=before, hole=text)
