"""Working days in Brandenburg."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache


@cache
def holidays(year: int) -> frozenset[date]:
    """The public holidays of a year, and the two eves that the office is closed on."""
    easter = _easter(year)
    moving = (-2, 0, 1, 39, 49, 50)  # Good Friday, Easter, Ascension, Whitsun
    fixed = ((1, 1), (5, 1), (10, 3), (10, 31), (12, 24), (12, 25), (12, 26), (12, 31))
    return frozenset(
        [*(easter + timedelta(days=shift) for shift in moving), *(date(year, *day) for day in fixed)]
    )


def is_working_day(day: date) -> bool:
    """Whether the office is open."""
    return day.weekday() < 5 and day not in holidays(day.year)


def _easter(year: int) -> date:
    """Easter Sunday; Anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, 1991)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leaps, left = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - correction + 15) % 30
    quads, over = divmod(rest, 4)
    weekday = (32 + 2 * left + 2 * quads - epact - over) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)
