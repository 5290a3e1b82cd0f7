"""The grammar of rules. A rule says when its gate fails.

    RULE  := VALUE (>|>=|<|<=) LIMIT
    VALUE := [phases.PHASE.]KEY | pNN(VALUE) | prob(RULE)
    LIMIT := NUMBER [UNIT]            the head's value; bare = the key's unit
           | SIGN NUMBER (%|[UNIT])   change from the base

Functions do not nest: what stands inside ``pNN`` and ``prob`` is a plain figure. The limit
of ``prob`` is a fraction, ``5 %`` or ``0.05``, and takes no sign.
"""

import re
from collections.abc import Collection
from typing import NamedTuple

from carbonctl.analysis.gates.conditions import PERCENT, Condition, RuleFault
from carbonctl.analysis.gates.statistics import FUNCTIONS, BestEstimate, Read
from carbonctl.errors import UsageError
from carbonctl.ledger.entry import Totals
from carbonctl.numbers.unit_table import QuantityError
from carbonctl.numbers.units import ENERGY, MASS, RATIO, VOLUME, Dimension, parse
from carbonctl.spec.model import PHASES
from carbonctl.text import did_you_mean

KEYS = Totals._fields
REJECTED = "rejected_rows"
FLEET_KEYS = (*KEYS, REJECTED)  # of fleets, also as groups.TAG=VALUE.KEY
LONGEST = 500  # characters of a rule

_SHOWN = 60  # characters of a rule that is too long
PERCENTAGE = Dimension("percentage", "pct", "50")
ROWS = Dimension("number of rows", "rows", "10")
MEGAWATT_HOURS = ENERGY._replace(unit="MWh")
_DIMENSIONS = {
    "kwh": ENERGY, "mwh": MEGAWATT_HOURS, "kgco2e": MASS, "l": VOLUME, "pct": PERCENTAGE,
    "rows": ROWS,
    **dict.fromkeys(("inconsistent", "implausible", "unknown", "skipped"), ROWS),
}  # fmt: skip
A_YEAR = "_per_year"
_FUNCTION_HELP = f"the functions are {', and '.join(function.example for function in FUNCTIONS)}"
_SHELL_HINT = (
    "one of > >= < <= is wanted here. Quote the rule, for example 'total_kgco2e > 10 t': "
    "the shell takes an unquoted > or < for itself"
)

_WORD = re.compile(r"[\w.-]+")
_GROUP = re.compile(
    rf"groups\.(?P<tag>[\w.-]+?)=(?P<value>[^<>]*?)\.(?P<key>{'|'.join(KEYS)})(?=\s*(?:[<>)]|$))"
)
_OPERATOR = re.compile(r"[<>]=?")
_TO_END = re.compile(r"[^()<>=]*")
_LIMIT = re.compile(
    r"(?P<sign>[+-]?)\s*"
    r"(?P<number>(?:[0-9][0-9_]*(?:\.(?!\.)[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*"
    r"(?P<unit>.*?)\s*"
)
_SHARE = re.compile(
    r"(?P<number>(?:[0-9][0-9_]*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?)\s*%\s*of\s+"
    r"(?P<key>[\w.-]+)\s*"
)


class Rule(NamedTuple):
    """One rule: a condition on a figure, which is a phase's or without one the whole account's.

    ``text`` is as it was written, with even spaces, and reads back to an equal rule; ``key`` is a
    field of `carbonctl.ledger.entry.Totals`; ``statistic`` says what of the figure it is over.
    """

    text: str
    phase: str | None
    key: str
    condition: Condition
    statistic: BestEstimate = BestEstimate()

    @property
    def final(self) -> Condition:
        """The condition that decides."""
        return self.statistic.final(self.condition)

    def __str__(self) -> str:
        return self.text


def dimension(key: str) -> Dimension:
    """Return the dimension of a key, by the unit in its name."""
    return _DIMENSIONS[key.removesuffix(A_YEAR).rpartition("_")[2]]


def parse_rule(text: str, flag: str = "--fail-on", keys: Collection[str] = KEYS) -> Rule:
    """Read a rule from the command line; ``keys`` are those that it can be over.

    Raises UsageError with the rule, a caret under the fault and what would be right.
    """
    try:
        return read_rule(text, keys)
    except RuleFault as fault:
        raise _usage(flag, text, fault) from None


class Target(NamedTuple):
    """``KEY = LIMIT``, or ``KEY = P % of KEY``.

    ``limit`` is in the unit of the key; of the second form it is a share of the figure ``of``, a
    phase, or None, and a key.
    """

    text: str
    phase: str | None
    key: str
    limit: float
    of: tuple[str | None, str] | None = None


def parse_target(text: str, flag: str = "--until") -> Target:
    """Read what a figure is to be equal to, from the command line.

    Raises UsageError with the text, a caret under the fault and what would be right.
    """
    try:
        return _target(text)
    except RuleFault as fault:
        raise _usage(flag, text, fault) from None


def _target(text: str) -> Target:
    if len(text) > LONGEST:
        raise RuleFault(1, f"this is longer than {LONGEST} characters")
    reader = _Reader(_shown(text).rstrip())
    phase, key = reader.plain_figure()
    if not reader.takes("="):
        raise reader.fault("`=` is wanted here, as in total_kgco2e = 85 t")
    at = reader.at
    written = reader.text[at:]
    even = re.sub(r" ?= ?", " = ", " ".join(reader.text.split()))
    if share := _SHARE.fullmatch(written):
        of = _figure(share["key"], at + share.start("key"))
        if dimension(of[1]) is not dimension(key):
            said = f"`{share['key']}` is no {dimension(key).name}; both have to be of one kind"
            raise RuleFault(at + share.start("key") + 1, said)
        return Target(even, phase, key, float(share["number"].replace("_", "")) / 100, of)
    sign, number, unit, columns = _split(written, at, dimension(key).example)
    if sign or unit.startswith(PERCENT):
        said = "a figure is wanted here, as in total_kgco2e = 85 t, or a share of one: 50 % of KEY"
        raise RuleFault(columns[0], said)
    return Target(even, phase, key, _limit(f"{number} {unit}", columns[0] - 1, dimension(key))[0])


def parse_key(text: str, flag: str = "--key") -> tuple[str | None, str]:
    """Read a key of the totals, alone or as ``phases.PHASE.KEY``, from the command line.

    Returns the phase and the key.

    Raises UsageError with the key, a caret under the fault and what would be right.
    """
    try:
        if len(text) > LONGEST:
            raise RuleFault(1, f"the key is longer than {LONGEST} characters")
        reader = _Reader(_shown(text).rstrip())
        place = reader.plain_figure()
        reader.end()
        return place
    except RuleFault as fault:
        raise _usage(flag, text, fault) from None


def refuse_change(rule: Rule, flag: str = "--fail-on") -> None:
    """Refuse a rule that needs a base, where there is none.

    Raises UsageError with a caret under the sign that makes it a change.
    """
    if rule.condition.is_change:
        column = next(at for at, c in enumerate(rule.text, 1) if c in "+-")
        said = "a signed limit is a change from a base; leave out the sign, or use `compare`"
        raise _usage(flag, rule.text, RuleFault(column, said))


def read_rule(text: str, keys: Collection[str] = KEYS) -> Rule:
    """Read a rule; ``keys`` are those that it can be over.

    Raises RuleFault with the column of the first fault.
    """
    if len(text) > LONGEST:
        raise RuleFault(1, f"the rule is longer than {LONGEST} characters")
    reader = _Reader(_shown(text).rstrip(), keys)
    word, at = reader.word()
    statistic = BestEstimate()
    if reader.takes("("):
        statistic, place, condition = _function(word, at, reader)
    else:
        place = reader.figure(word, at)
        condition = reader.condition_on(place[1])
    reader.end()
    return Rule(_even(reader.text), *place, condition, statistic)


class _Reader:
    """Reads a rule from left to right; ``at`` counts from 0."""

    def __init__(self, text: str, keys: Collection[str] = KEYS) -> None:
        self.text = text
        self.keys = keys
        self.at = 0
        self.skip()

    def skip(self) -> None:
        while self.text[self.at : self.at + 1] == " ":
            self.at += 1

    def fault(self, message: str) -> RuleFault:
        return RuleFault(self.at + 1, message)

    def takes(self, character: str) -> bool:
        is_next = self.text.startswith(character, self.at)
        if is_next:
            self.at += 1
            self.skip()
        return is_next

    def match(self, pattern: re.Pattern[str]) -> str:
        """Return what matches here, and pass it; empty where nothing does."""
        match = pattern.match(self.text, self.at)
        if match is None:
            return ""
        self.at = match.end()
        self.skip()
        return match[0]

    def word(self) -> tuple[str, int]:
        """Return a word and where it begins."""
        at = self.at
        if self.keys is FLEET_KEYS and (group := self.match(_GROUP)):
            return group, at
        if not (word := self.match(_WORD)):
            raise self.fault(
                f"a key or a function is wanted here, as in total_kgco2e > 10 t; "
                f"{_key_help(self.keys)}; {_FUNCTION_HELP}"
            )
        return word, at

    def plain_figure(self) -> tuple[str | None, str]:
        """Return the phase and the key that stand inside a function."""
        word, at = self.word()
        if self.text.startswith("(", self.at):
            raise RuleFault(at + 1, f"`{word}(` cannot stand inside a function; write a key here")
        return self.figure(word, at)

    def figure(self, word: str, at: int) -> tuple[str | None, str]:
        """Return the phase and the key that a word at ``at`` names."""
        return _figure(word, at, self.keys)

    def close(self) -> None:
        if not self.takes(")"):
            raise self.fault("`)` is wanted here")

    def end(self) -> None:
        if self.at < len(self.text):
            raise self.fault(f"`{self.text[self.at]}` cannot stand here")

    def condition_on(self, key: str) -> Condition:
        """Return an operator and a limit in the unit of a key."""
        operator, written, at = self.comparison()
        return Condition(operator, *_limit(written, at, dimension(key)))

    def condition_on_share(self) -> Condition:
        """Return an operator and a fraction."""
        operator, written, at = self.comparison()
        return Condition(operator, _fraction(written, at), "", False)

    def comparison(self) -> tuple[str, str, int]:
        """Return an operator, the text of a limit and where that begins."""
        operator = self.match(_OPERATOR)
        if not operator and self.at == len(self.text):
            raise self.fault(_SHELL_HINT)
        if not operator:
            raise self.fault("one of > >= < <= is wanted here")
        at = self.at
        return operator, self.match(_TO_END), at


def _function(word: str, at: int, reader: _Reader) -> Read:
    """Read the rule behind the parenthesis of a function that a word at ``at`` names."""
    for function in FUNCTIONS:
        if match := function.pattern.fullmatch(word):
            return function.read(match, at + 1, reader)
    raise RuleFault(at + 1, f"unknown function `{word}`; {_FUNCTION_HELP}")


def _key_help(keys: Collection[str]) -> str:
    places = {KEYS: "phases.PHASE.KEY", FLEET_KEYS: "groups.TAG=VALUE.KEY"}
    more = f", alone or as {places[keys]}" if keys in places else ""
    return f"the keys are {', '.join(keys)}{more}"


def _figure(word: str, at: int, keys: Collection[str] = KEYS) -> tuple[str | None, str]:
    """Return the phase and the key that a word at ``at`` names."""
    if word in keys:
        return None, word
    if keys is FLEET_KEYS and (group := _GROUP.match(word)):
        return f"groups.{group['tag']}={group['value']}", group["key"]
    if keys is not KEYS:
        raise _unknown_key(word, at, keys)
    first, *rest = word.split(".")
    if first == "phases" and rest:
        return _of_phase(rest, at + len("phases."))
    if any(function.pattern.fullmatch(word) for function in FUNCTIONS):
        raise RuleFault(at + 1, f"`{word}` needs parentheses; {_FUNCTION_HELP}")
    if first in PHASES and ".".join(rest) in KEYS:
        raise RuleFault(at + 1, f"unknown key `{word}`; did you mean `phases.{word}`?")
    raise _unknown_key(word, at, keys)


def _of_phase(parts: list[str], at: int) -> tuple[str, str]:
    phase, *rest = parts
    if phase not in PHASES:
        close = did_you_mean(phase, PHASES)
        known = ", ".join(PHASES)
        raise RuleFault(at + 1, f"unknown phase `{phase}`{close}; the phases are {known}")
    at += len(phase)
    if not rest:
        raise RuleFault(at + 1, f"a key is wanted after the phase; {_key_help(KEYS)}")
    if (key := ".".join(rest)) not in KEYS:
        raise _unknown_key(key, at + 1, KEYS)
    return phase, key


def _unknown_key(key: str, at: int, keys: Collection[str]) -> RuleFault:
    whole = next((known for known in keys if known.endswith(f".{key}")), None)
    close = f"; did you mean `{whole}`?" if whole else did_you_mean(key.rpartition(".")[2], keys)
    return RuleFault(at + 1, f"unknown key `{key}`{close}; {_key_help(keys)}")


def _limit(written: str, at: int, wanted: Dimension) -> tuple[float, str, bool]:
    """Return a limit's number, its unit and whether it is a change."""
    sign, number, unit, columns = _split(written, at, wanted.example)
    if wanted is PERCENTAGE:
        if sign or unit not in ("", PERCENT):
            raise RuleFault(columns[1 if unit else 0], "a percentage is wanted here, as in 50")
        return float(number.replace("_", "")), wanted.unit, False
    if wanted is ROWS:
        if sign or unit not in ("", ROWS.unit):
            raise RuleFault(columns[1 if unit else 0], "a number of rows is wanted here, as in 10")
        return float(number.replace("_", "")), wanted.unit, False
    if unit == PERCENT and not sign:
        said = f"a percentage is a change from the base: write +{number}% or -{number}%"
        raise RuleFault(columns[0], said)
    if unit.startswith(PERCENT) and unit != PERCENT:
        raise RuleFault(columns[1], f"`{unit}` is no unit; a percentage stands alone")
    try:
        if unit == PERCENT:
            value, unit = parse(number, RATIO), PERCENT
        else:
            value, unit = parse(f"{number} {unit or wanted.unit}", wanted), wanted.unit
    except QuantityError as error:
        column = columns[0] if unit in ("", PERCENT) else columns[1]
        raise RuleFault(column, str(error)) from None
    if not isinstance(value, float):
        raise RuleFault(columns[0], "a limit is one number, not a range")
    return (-value if sign == "-" else value), unit, bool(sign)


def _fraction(written: str, at: int) -> float:
    """Return the limit of a probability."""
    sign, number, unit, columns = _split(written, at, "5 %")
    if sign:
        raise RuleFault(at + 1, "a probability is compared with a fraction; leave out the sign")
    if unit not in ("", PERCENT):
        raise RuleFault(columns[1], f"`{unit}` is no unit of a probability; write 5 % or 0.05")
    value = float(number.replace("_", "")) / (100 if unit else 1)
    if not value <= 1:
        raise RuleFault(columns[0], "a probability is between 0 and 1; write 5 % or 0.05")
    return value


def _split(written: str, at: int, example: str) -> tuple[str, str, str, tuple[int, int]]:
    """Return the sign, number and unit of a limit, and the columns of the last two."""
    match = _LIMIT.fullmatch(written)
    if match is None:
        raise RuleFault(at + 1, f"a number is wanted here, for example {example}")
    columns = (at + match.start("number") + 1, at + match.start("unit") + 1)
    return match["sign"], match["number"], match["unit"], columns


def _shown(text: str) -> str:
    """Return a text of equal length in which every character can be shown."""
    return "".join(" " if c.isspace() else c if c.isprintable() else "\ufffd" for c in text)


def _even(text: str) -> str:
    """Return a rule with one space around operators, and none inside parentheses."""
    text = re.sub(r" *([()]) *", r"\1", " ".join(text.split()))
    return re.sub(r" ?([<>]=?) ?([+-]?) ?", r" \1 \2", text)


def _usage(flag: str, text: str, fault: RuleFault) -> UsageError:
    shown = _shown(text) if len(text) <= LONGEST else f"{_shown(text[:_SHOWN])}…"
    return UsageError(f"{flag}: {fault.message}\n  {shown}\n  {' ' * (fault.column - 1)}^")
