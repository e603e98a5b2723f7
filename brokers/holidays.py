"""The days on which India's exchanges depart from their ordinary hours, as the exchanges announced them for 2024 to 2026.

One line a day: the date, what is closed, why.

- all: shares, their derivatives, currency and commodities
- day: the same, yet commodities trade from 17:00
- fx: currency alone; shares and commodities trade
- eve: commodities close at 17:00; shares and currency trade
- lamp: the festival hour alone is traded, its beginning behind the word
- budget: shares and their derivatives trade although it is a weekend

For other years no list is announced: there, the days whose dates are fixed by law or can be computed stand in.
"""

from datetime import date, timedelta

ANNOUNCED = """
2024-01-01 eve New Year's Day
2024-01-22 day Special Holiday
2024-01-26 all Republic Day
2024-02-19 fx Chhatrapati Shivaji Maharaj Jayanti
2024-03-08 day Mahashivratri
2024-03-25 day Holi
2024-03-29 all Good Friday
2024-04-01 fx Annual Bank Closing
2024-04-09 fx Gudhi Padwa
2024-04-11 day Id-Ul-Fitr
2024-04-17 day Ram Navami
2024-05-01 day Maharashtra Day
2024-05-20 day General Parliamentary Elections
2024-05-23 fx Buddha Pournima
2024-06-17 day Bakri Id
2024-07-17 day Muharram
2024-08-15 all Independence Day
2024-09-16 fx Id-E-Milad
2024-10-02 all Mahatma Gandhi Jayanti
2024-11-01 lamp18:00 Diwali Laxmi Pujan
2024-11-15 day Guru Nanak Jayanti
2024-11-20 day Maharashtra Assembly Elections
2024-12-25 all Christmas
2025-01-01 eve New Year's Day
2025-02-01 budget Union Budget
2025-02-19 fx Chhatrapati Shivaji Maharaj Jayanti
2025-02-26 day Mahashivratri
2025-03-14 day Holi
2025-03-31 day Id-Ul-Fitr
2025-04-01 fx Annual Bank Closing
2025-04-10 day Mahavir Jayanti
2025-04-14 day Dr. Baba Saheb Ambedkar Jayanti
2025-04-18 all Good Friday
2025-05-01 day Maharashtra Day
2025-05-12 fx Buddha Pournima
2025-08-15 all Independence Day
2025-08-27 day Ganesh Chaturthi
2025-09-05 fx Id-E-Milad
2025-10-02 all Mahatma Gandhi Jayanti
2025-10-21 lamp13:45 Diwali Laxmi Pujan
2025-10-22 day Diwali Balipratipada
2025-11-05 day Guru Nanak Jayanti
2025-12-25 all Christmas
2026-01-01 eve New Year's Day
2026-01-15 day Municipal Corporation Elections in Maharashtra
2026-01-26 all Republic Day
2026-02-01 budget Union Budget
2026-02-19 fx Chhatrapati Shivaji Maharaj Jayanti
2026-03-03 day Holi
2026-03-19 fx Gudhi Padwa
2026-03-26 day Ram Navami
2026-03-31 day Mahavir Jayanti
2026-04-01 fx Annual Bank Closing
2026-04-03 all Good Friday
2026-04-14 day Dr. Baba Saheb Ambedkar Jayanti
2026-05-01 day Maharashtra Day
2026-05-28 day Bakri Id
2026-06-26 day Muharram
2026-08-26 fx Id-E-Milad
2026-09-14 day Ganesh Chaturthi
2026-10-02 all Mahatma Gandhi Jayanti
2026-10-20 day Dussehra
2026-11-08 lamp18:00 Diwali Laxmi Pujan
2026-11-10 day Diwali Balipratipada
2026-11-24 day Guru Nanak Jayanti
2026-12-25 all Christmas
"""
_FIXED = (  # month, day, what is closed, why
    (1, 1, "eve", "New Year's Day"),
    (1, 26, "all", "Republic Day"),
    (4, 14, "day", "Dr. Baba Saheb Ambedkar Jayanti"),
    (5, 1, "day", "Maharashtra Day"),
    (8, 15, "all", "Independence Day"),
    (10, 2, "all", "Mahatma Gandhi Jayanti"),
    (12, 25, "all", "Christmas"),
)


def of(year: int) -> list[tuple[date, str, str]]:
    """Date, what is closed and why, in order; computed where nothing was announced, then without weekends."""
    announced = [line.split(" ", 2) for line in ANNOUNCED.split("\n") if line.startswith(str(year))]
    if announced:
        return [(date.fromisoformat(day), closed, why) for day, closed, why in announced]
    computed = {date(year, month, day): (closed, why) for month, day, closed, why in _FIXED}
    computed[_easter(year) - timedelta(days=2)] = ("all", "Good Friday")
    return [(day, *computed[day]) for day in sorted(computed) if day.weekday() < 5]


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by Gauss's method as Meeus gives it."""
    century, rest = divmod(year, 100)
    epact = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (year % 19 + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
