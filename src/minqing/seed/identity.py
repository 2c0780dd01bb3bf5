"""Make ID numbers, credit codes and phones that pass every check and can belong to nobody.

ID numbers: region, birth date and check digit are right, and the last sequence digit tells the sex. The sequence is
always 996 to 999, which the old 15-digit scheme kept for people over a hundred years old and the 18-digit scheme
never handed out to anybody born after 1900: no living person bears such a number.
Credit codes: the organisation part begins with `DEM0`, which no registry hands out (real ones are digits or `MA`).
Phones: 154 is given to no operator and reaches no telephone, yet has the form of a mobile number.
"""

from __future__ import annotations

from datetime import date, timedelta
from operator import mul
from random import Random

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
SEQUENCES = {"male": (997, 999), "female": (996, 998)}
REGION_BEFORE_1995 = "330623"  # 嵊县, until it became the city of 嵊州
REGION = "330683"
NEIGHBOURING_REGIONS = ("330624", "330621", "330682")
CITY_SINCE = 1995

CREDIT_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORGANISATION_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
PHONE_PREFIX = "154"


def id_check_digit(body: str) -> str:
    """Compute the 18th digit over the first 17 (GB 11643)."""
    return ID_CHECKS[(sum(map(mul, body.encode(), ID_WEIGHTS)) - ord("0") * sum(ID_WEIGHTS)) % 11]


def credit_code(body: str) -> str:
    """Complete a unified social credit code from its 8-character organisation body (GB 32100, GB 11714)."""
    total = sum(ORGANISATION_LETTERS.index(c) * w for c, w in zip(body, ORGANISATION_WEIGHTS, strict=True))
    first = f"91{REGION}{body}{'0123456789X0'[(11 - total % 11) % 11]}"
    total = sum(CREDIT_LETTERS.index(c) * w for c, w in zip(first, CREDIT_WEIGHTS, strict=True))
    return first + CREDIT_LETTERS[(31 - total % 31) % 31]


class Identities:
    """Hands out numbers, each once."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self._given: set[str] = set()

    def id_number(self, born_on: date, sex: str, region: str | None = None) -> tuple[str, date]:
        """Make an ID number; where a birth date's few sequences are used up, the date moves by some days."""
        while True:
            regions = [region] if region else self._regions(born_on)
            for place in regions:
                for sequence in SEQUENCES[sex]:
                    body = f"{place}{born_on:%Y%m%d}{sequence}"
                    if body not in self._given:
                        self._given.add(body)
                        return body + id_check_digit(body), born_on
            born_on += timedelta(days=self.rng.choice((-11, -5, -3, 2, 4, 9)))

    def _regions(self, born_on: date) -> list[str]:
        own = REGION if born_on.year >= CITY_SINCE else self.rng.choice((REGION, REGION_BEFORE_1995))
        other = (
            REGION_BEFORE_1995
            if own == REGION and born_on.year < CITY_SINCE
            else self.rng.choice(NEIGHBOURING_REGIONS)
        )
        return [other, own] if self.rng.random() < 0.04 else [own, other]

    def phone(self) -> str:
        """Make a mobile number that reaches nobody."""
        while (number := f"{PHONE_PREFIX}{self.rng.randrange(10**8):08}") in self._given:
            pass
        self._given.add(number)
        return number

    def enterprise_code(self) -> str:
        """Make a unified social credit code that no registry has handed out."""
        while True:
            body = "DEM0" + "".join(self.rng.choice(CREDIT_LETTERS) for _ in range(4))
            if body not in self._given:
                self._given.add(body)
                return credit_code(body)
