"""Texts in which something goes wrong, and whose later statements could mean something else."""

from __future__ import annotations

MISREADINGS: dict[str, tuple[str, dict[str, str], list[str]]] = {
    "a_type_that_is_silently_missing": (
        """def T : Nope.x := Nat
def k : Nat := 0
def size (n : Nat) : Nat := 0
class C (α : Type) where c : Nat
instance low : C Nat := ⟨0⟩
namespace A
def k : T := 3
theorem b : k = 0 := sorry
end A
structure S where
  size : T
namespace S
theorem c (n : Nat) : size n = 0 := sorry
end S
theorem fine : 1 = 1 := sorry
section
variable (k : T)
theorem d : k = 0 := sorry
end
""",
        {"A.b": "`A.k`", "S.c": "`S.size`", "d": "line 1"},
        ["fine"],
    ),
    "an_instance_that_is_silently_missing": (
        """def T : Nope.x := Nat
class C (α : Type) where c : Nat
instance low : C Nat := ⟨0⟩
instance (h : T) : C Nat := ⟨1⟩
theorem a : C.c Nat = 0 := sorry
""",
        {"a": "line 1"},
        [],
    ),
    "constructors_of_a_failed_type": (
        """def a : Nat := 0
def b : Nat := 0
inductive Foo | a | b : Nope
namespace Foo
theorem t : a = b := sorry
end Foo
theorem fine : 1 = 1 := sorry
""",
        {"Foo.t": "`Foo.a`"},
        ["fine"],
    ),
    "an_instance_with_an_error_in_its_type": (
        """class C (α : Type) where c : Nat
instance low : C Nat := ⟨0⟩
instance (n : Fin 3 3) : C Nat := ⟨1⟩
theorem a : C.c Nat = 0 := sorry
""",
        {"a": "line 3"},
        [],
    ),
    "an_unknown_command_in_a_namespace": (
        """def k : Nat := 0
namespace Foo
  irreducible_def k : Nat := 1
theorem t : k = 0 := sorry
end Foo
""",
        {"Foo.t": "line 3"},
        [],
    ),
    "an_unknown_command_read_as_an_argument": (
        """def k : Nat := 0
theorem one : 1 = 1 := rfl
variables (k : Nat)
theorem t : k = 0 := sorry
""",
        {"t": "line 2"},
        [],
    ),
    "two_unknown_commands": (
        """constant k : Nat
constant j : Nat
theorem t : j = j := sorry
""",
        {"t": "line 2"},
        [],
    ),
    "an_unknown_command_behind_a_syntax_error": (
        """def nil : Nat := 0
namespace F
theorem e : 1 = := by simp
irreducible_def nil : Nat := 1
theorem t : nil = 0 := sorry
end F
""",
        {"F.t": "line 4"},
        [],
    ),
    "an_elaborator_for_terms_that_failed": (
        """notation "⟪" x "⟫" => x
elab "⟪" x:term "⟫" : term => nope x
theorem s : ⟪1⟫ = 1 := sorry
""",
        {"s": "line 2"},
        [],
    ),
    "an_unknown_attribute": (
        """@[nope] def k := 3
example : k = 3 := sorry
theorem t : 1 = 1 := sorry
""",
        {"example": "line 1", "t": "line 1"},
        [],
    ),
    "a_program_that_is_not_run": (
        """import Lean
open Lean Elab Command
def k : Nat := 0
namespace Foo
run_cmd elabCommand (← `(def $(mkIdent `k) : Nat := 1))
theorem t : k = 0 := sorry
end Foo
""",
        {"Foo.t": "line 5"},
        [],
    ),
}
"""The text, what is not tried with a part of the reason, and what is."""
