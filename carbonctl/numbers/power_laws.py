"""Sums of powers as text: ``0.7 + 0.03·model^-0.12 + 0.09·data^-0.12``.

A term is a product of numbers and names, each with an exponent or none; ``*``, ``·`` and a space
multiply, ``/`` divides. A name is a column, or else a parameter that is not known yet.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_LONGEST = 500
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d]\w*)|(?P<sign>[-+*·/^()]))"
)
EXAMPLE = "e0 + a·model^-p + b·data^-q"


class NoLaw(ValueError):
    """A text that is no sum of powers."""


class Power(NamedTuple):
    """A name with its exponent: a number, or the name of a parameter, whose sign stands apart."""

    name: str
    exponent: float | str
    sign: float = 1.0

    def at(self, values: Mapping[str, float]) -> float:
        """Return its value."""
        exponent = values[self.exponent] if isinstance(self.exponent, str) else self.exponent
        return float(values[self.name] ** (self.sign * exponent))


class Term(NamedTuple):
    """A number times powers."""

    coefficient: float
    powers: tuple[Power, ...]

    def at(self, values: Mapping[str, float]) -> float:
        """Return its value."""
        return self.coefficient * math.prod(power.at(values) for power in self.powers)


class Law(NamedTuple):
    """A sum of terms, and the text that it was read from."""

    terms: tuple[Term, ...]
    text: str

    def at(self, values: Mapping[str, float]) -> float:
        """Return its value.

        Parameters
        ----------
        values : mapping of str to float
            By the name of each column, and of each parameter.

        Raises
        ------
        ArithmeticError
            Where it is beyond any number.
        """
        return math.fsum(term.at(values) for term in self.terms)

    @property
    def names(self) -> tuple[str, ...]:
        """The names that stand in it, each once, in their order."""
        return tuple(dict.fromkeys(self._names()))

    def exponents(self) -> tuple[str, ...]:
        """Return the names that stand as exponents."""
        powers = [power for term in self.terms for power in term.powers]
        return tuple(dict.fromkeys(p.exponent for p in powers if isinstance(p.exponent, str)))

    def _names(self) -> Iterator[str]:
        for term in self.terms:
            for power in term.powers:
                yield power.name
                if isinstance(power.exponent, str):
                    yield power.exponent


def read_law(text: str) -> Law:
    """Read a sum of powers.

    Raises
    ------
    NoLaw
        For anything else, saying where it stops to be one.
    """
    if len(text) > _LONGEST:
        raise NoLaw(f"`{text[:40]}…` is longer than {_LONGEST} characters")
    try:
        return _Reader(text.replace("\N{MINUS SIGN}", "-")).law()
    except ArithmeticError:
        raise NoLaw(f"`{text}` holds a number that is beyond any that can be meant") from None


class _Reader:
    """Reads a law from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._tokens())
        self.at = 0

    def _tokens(self) -> Iterator[str]:
        at = 0
        while at < len(self.text.rstrip()):
            match = _TOKEN.match(self.text, at)
            if match is None:
                raise NoLaw(f"`{self.text}`: `{self.text[at:].strip()[:20]}` cannot stand here")
            yield match[0].strip()
            at = match.end()

    def law(self) -> Law:
        terms: list[Term] = []
        while self.next or not terms:
            sign = -1.0 if self.next == "-" else 1.0
            if self.next in ("+", "-"):
                self.at += 1
            elif terms:
                raise self.fault()
            terms.append(self.term(sign))
        return Law(tuple(terms), self.text.strip())

    @property
    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def fault(self) -> NoLaw:
        where = f"`{self.next}` cannot stand here" if self.next else "something is missing"
        return NoLaw(f"`{self.text}`: {where}; write a sum of powers such as `{EXAMPLE}`")

    def term(self, coefficient: float) -> Term:
        powers: list[Power] = []
        side = 1.0
        while True:
            token = self.next
            if _is_number(token):
                self.at += 1
                exponent, sign = self.exponent()
                if isinstance(exponent, str):
                    raise self.fault()
                coefficient *= float(float(token) ** (sign * side * exponent))
            elif token.isidentifier():
                self.at += 1
                exponent, sign = self.exponent()
                powers.append(_power(token, exponent, sign * side))
            else:
                raise self.fault()
            if self.next in ("", "+", "-"):
                return Term(coefficient, tuple(powers))
            side = -1.0 if self.next == "/" else 1.0
            if self.next in ("*", "·", "/"):
                self.at += 1

    def exponent(self) -> tuple[float | str, float]:
        """Return an exponent and its sign: ``^-0.12``, ``^(2/3)``, ``^-p``; 1 where none is."""
        if self.next != "^":
            return 1.0, 1.0
        self.at += 1
        is_nested = self.takes("(")
        sign = -1.0 if self.takes("-") else 1.0
        token = self.next
        if not _is_number(token) and not token.isidentifier():
            raise self.fault()
        self.at += 1
        exponent: float | str = float(token) if _is_number(token) else token
        if is_nested and isinstance(exponent, float) and self.takes("/"):
            if not _is_number(self.next) or not float(self.next):
                raise self.fault()
            exponent /= float(self.next)
            self.at += 1
        if is_nested and not self.takes(")"):
            raise self.fault()
        return exponent, sign

    def takes(self, sign: str) -> bool:
        is_there = self.next == sign
        self.at += is_there
        return is_there


def _is_number(token: str) -> bool:
    return token[:1].isdigit() or token[:1] == "."


def _power(name: str, exponent: float | str, sign: float) -> Power:
    if isinstance(exponent, str):
        return Power(name, exponent, sign)
    return Power(name, exponent * sign)
