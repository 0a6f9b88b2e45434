"""Polynomials read from printed terms, and quadratic ones written as sums of squares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import lcm

TOKEN = re.compile(r"\s*(?:(?P<number>\d+)|(?P<name>[^\W\d][\w.'₀-₉]*)|(?P<sign>[-+*/^()]))")
LARGEST_EXPONENT = 8

Monomial = tuple[str, ...]
"""Its variables in alphabetical order, each as often as its exponent says."""
Polynomial = Mapping[Monomial, Fraction]
"""Coefficients that are not zero, by monomial."""


class NotPolynomial(ValueError):
    """The term is no polynomial with rational coefficients, or too large a one."""


def add(first: Polynomial, second: Polynomial, factor: Fraction = Fraction(1)) -> Polynomial:
    """The first plus `factor` times the second."""
    total = dict(first)
    for monomial, coefficient in second.items():
        total[monomial] = total.get(monomial, Fraction(0)) + factor * coefficient
    return {monomial: value for monomial, value in total.items() if value}


def multiply(first: Polynomial, second: Polynomial) -> Polynomial:
    """The product."""
    total: dict[Monomial, Fraction] = {}
    for left, a in first.items():
        for right, b in second.items():
            monomial = tuple(sorted(left + right))
            total[monomial] = total.get(monomial, Fraction(0)) + a * b
    return {monomial: value for monomial, value in total.items() if value}


def parse(text: str) -> Polynomial:
    """The polynomial that Lean prints so. Raises `NotPolynomial`."""
    parser = _Parser(text)
    found = parser.sum()
    if parser.token:
        raise NotPolynomial(text)
    return found


class _Parser:
    """Reads sums of products of powers."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self.token = next(self._tokens, "")

    def advance(self) -> str:
        """Goes to the next token; the one before it."""
        token, self.token = self.token, next(self._tokens, "")
        return token

    def sum(self) -> Polynomial:
        total = self.product()
        while self.token in ("+", "-"):
            factor = Fraction(1 if self.advance() == "+" else -1)
            total = add(total, self.product(), factor)
        return total

    def product(self) -> Polynomial:
        if self.token == "-":
            self.advance()
            return multiply({(): Fraction(-1)}, self.product())
        total = self.power()
        while self.token in ("*", "/"):
            divide = self.advance() == "/"
            factor = self.power()
            if divide:
                factor = {(): 1 / _constant(factor)}
            total = multiply(total, factor)
        return total

    def power(self) -> Polynomial:
        base = self.atom()
        if self.token != "^":
            return base
        self.advance()
        exponent = _constant(self.atom())
        if exponent.denominator != 1 or not 0 <= exponent <= LARGEST_EXPONENT:
            raise NotPolynomial("exponent")
        total: Polynomial = {(): Fraction(1)}
        for _ in range(int(exponent)):
            total = multiply(total, base)
        return total

    def atom(self) -> Polynomial:
        token = self.advance()
        if token == "(":
            inside = self.sum()
            if self.advance() != ")":
                raise NotPolynomial("brackets")
            return inside
        if token.isdecimal():
            return {(): Fraction(int(token))} if int(token) else {}
        if not token or token in "+-*/^)":
            raise NotPolynomial(token)
        return {(token,): Fraction(1)}


def _tokens(text: str) -> Iterator[str]:
    position, text = 0, text.strip()
    while position < len(text):
        found = TOKEN.match(text, position)
        if found is None:
            raise NotPolynomial(text)
        yield found[0].strip()
        position = found.end()


def _constant(polynomial: Polynomial) -> Fraction:
    if set(polynomial) - {()} or not polynomial:
        raise NotPolynomial("not a constant")
    return polynomial[()]


def squares_of(polynomial: Polynomial) -> list[str] | None:
    """Terms whose squares, with positive weights and a constant, make a quadratic polynomial.

    None when it takes negative values somewhere, or is not quadratic. Completes one square after
    the other (Lagrange's method).
    """
    if any(len(monomial) > 2 for monomial in polynomial):
        return None
    rest, terms = dict(polynomial), []
    for name in sorted({name for monomial in polynomial for name in monomial}):
        linear = {tuple(n for n in _without(m, name)): c for m, c in rest.items() if name in m}
        square = rest.get((name, name), Fraction(0))
        if not linear:
            continue
        if square <= 0:
            return None
        # a·x² + x·l = a·(x + l/2a)² - l²/4a
        others = {m: c for m, c in linear.items() if m != (name,)}
        root = add({(name,): Fraction(1)}, others, 1 / (2 * square))
        rest = dict(add(rest, multiply(root, root), -square))
        terms.append(render(root))
    return terms if rest.get((), Fraction(0)) >= 0 else None


def _without(monomial: Monomial, name: str) -> Monomial:
    """The monomial divided by a variable once."""
    place = monomial.index(name)
    return monomial[:place] + monomial[place + 1 :]


def render(polynomial: Polynomial) -> str:
    """The polynomial as a term, times a positive number that makes its coefficients whole."""
    scale = lcm(*(coefficient.denominator for coefficient in polynomial.values()))
    text = ""
    for monomial, coefficient in sorted(polynomial.items(), reverse=True):
        number = int(coefficient * scale)
        factors = [*([str(abs(number))] if abs(number) != 1 or not monomial else []), *monomial]
        sign = "-" if number < 0 else "+"
        text += f" {sign} {' * '.join(factors)}"
    text = text.removeprefix(" + ")
    return f"-{text[3:]}" if text.startswith(" - ") else text
