"""The names that resemble a text most: the results of `difflib.get_close_matches`, faster.

The characters that two texts share, in any order, are an upper bound of their ratio. They are
counted for all names at once, and ratios are computed in the order of that bound, until no
other name can be better.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher
from heapq import heappush, heapreplace


class Names:
    """Names that are compared with many texts."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = list(dict.fromkeys(names))
        self.lengths = list(map(len, self.names))
        self.holding: dict[str, list[int]] = {}  # the names that hold a token
        for place, name in enumerate(self.names):
            for token in _tokens(name):
                self.holding.setdefault(token, []).append(place)

    def closest(self, text: str, most: int, cutoff: float = 0.6) -> list[str]:
        """Return up to ``most`` names whose ratio is ``cutoff`` or more, the best first."""
        shared: Counter[int] = Counter()
        for token in _tokens(text):
            shared.update(self.holding.get(token, ()))
        length, lengths = len(text), self.lengths
        least = int(cutoff * length / (2 - cutoff))  # of a name that holds nothing else
        bounds = (
            (2 * count / (length + lengths[place]), place)
            for place, count in shared.items()
            if count >= least
        )
        promising = sorted((one for one in bounds if one[0] >= cutoff), reverse=True)
        matcher = SequenceMatcher()
        matcher.set_seq2(text)
        found: list[tuple[float, str]] = []
        for bound, place in promising:
            if len(found) == most and bound < found[0][0]:
                break
            matcher.set_seq1(self.names[place])
            one = matcher.ratio(), self.names[place]
            if one[0] < cutoff:
                continue
            if len(found) < most:
                heappush(found, one)
            elif one > found[0]:
                heapreplace(found, one)
        return [name for _, name in sorted(found, reverse=True)]


def _tokens(text: str) -> list[str]:
    """Return each character with its number among equal ones: ``aab`` is a0, a1, b0."""
    seen: dict[str, int] = {}
    found = []
    for character in text:
        before = seen.get(character, 0)
        seen[character] = before + 1
        found.append(f"{character}{before}")
    return found
