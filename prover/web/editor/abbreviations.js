// What a backslash and a name stand for. Where one name begins others, it waits for the next
// character; `$` is where the cursor goes.

const TABLE = `
→ to r -> rightarrow imp
← l <- leftarrow gets
↔ iff lr <->
⇒ => Rightarrow
⇔ <=>
↦ mapsto maps
↑ u uparrow
↓ d downarrow
⇑ u2
∀ forall all
∃ exists ex
∄ nexists
∃! exists!
¬ not neg n lnot
∧ and an wedge
∨ or v vee
⊢ goal |- vdash
⊤ top
⊥ bot
≤ le leq <=
≥ ge geq >=
≠ ne neq !=
≈ approx ~~
≃ equiv simeq ~-
≅ cong ~=
≡ ==
∼ sim ~
∣ mid |
∤ nmid |n
∈ in mem
∉ notin nin
∋ ni
⊆ sub subseteq ss
⊂ ssub subset
⊇ sup supseteq
⊃ ssup supset
∪ un cup union
∩ i inter cap
⋃ Un bigcup U
⋂ I bigcap Inter
∅ empty emptyset
∖ setminus \\
ᶜ compl ^c
× x times
÷ div
· . cdot
• bu smul bullet
∘ comp circ o
⬝ tr
⁻¹ -1 ^-1 inv
∑ sum
∏ prod
∫ int integral
∂ partial
√ sqrt
∞ infty inf
± pm
⊕ oplus
⊗ otimes
⊎ uplus
⊓ glb sqcap
⊔ lub sqcup
⨅ infi iInf
⨆ supr iSup
⌊ lfloor
⌋ rfloor
⌈ lceil
⌉ rceil
⟨ < langle
⟩ > rangle
⟨$⟩ <>
⟪ <<
⟫ >>
⟦ [[
⟧ ]]
«$» f<>
‹$› f
‖ norm ||
▸ t triangleright
◁ lhd
▹ rhd
⟶ hom -->
⥤ functor func
𝟙 b1
ℕ N nat
ℤ Z int
ℚ Q rat
ℝ R real
ℂ C complex
ℙ P
𝔸 bbA
𝔽 bbF
α a alpha
β b beta
γ g gamma
δ delta
ε e epsilon eps
ζ z zeta
η eta
θ theta th
ι io iota
κ k kappa
λ lam lambda fun
μ m mu
ν nu
ξ xi
π pi
ρ rho
σ s sigma
τ tau
υ upsilon
φ ph phi
χ chi
ψ ps psi
ω w omega
Γ G Gamma
Δ D Delta
Θ Theta
Λ Lam Lambda
Ξ Xi
Π Pi P3
Σ S Sigma
Φ Ph Phi
Ψ Ps Psi
Ω Om Omega
ℓ ell
ℵ aleph
℘ powerset
𝒫 McP pow
★ star
₀ 0 _0
₁ 1 _1
₂ 2 _2
₃ 3 _3
₄ 4 _4
₅ 5 _5
₆ 6 _6
₇ 7 _7
₈ 8 _8
₉ 9 _9
ₙ _n
ᵢ _i
ⱼ _j
ₖ _k
ₘ _m
⁰ ^0
¹ ^1
² ^2
³ ^3
⁴ ^4
⁵ ^5
⁶ ^6
⁷ ^7
⁸ ^8
⁹ ^9
ⁿ ^n
⁺ ^+
⁻ ^-
`;

export const ABBREVIATIONS = new Map();
for (const line of TABLE.trim().split("\n")) {
  const [symbol, ...names] = line.split(" ");
  for (const name of names) if (!ABBREVIATIONS.has(name)) ABBREVIATIONS.set(name, symbol);
}
const NAMES = [...ABBREVIATIONS.keys()];

/** Whether more characters could follow. */
export const begins = (typed) => NAMES.some((name) => name.startsWith(typed) && name !== typed);

/** The symbol of a name, or of the shortest name that begins so; undefined where there is none. */
export function symbolOf(typed) {
  if (!typed) return undefined;
  const longer = NAMES.filter((name) => name.startsWith(typed)).sort((a, b) => a.length - b.length);
  return ABBREVIATIONS.get(longer[0]);
}
