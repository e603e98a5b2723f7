"""Milliseconds as counts in logarithmic buckets: such counts add up, and their percentiles are true to 9 %; pure functions."""

import math
from collections.abc import Mapping

LEAST = 0.01  # milliseconds; all below is one bucket
PER_OCTAVE = 4

Histogram = Mapping[int, int]  # bucket -> count


def bucket(ms: float) -> int:
    return max(0, math.floor(PER_OCTAVE * math.log2(ms / LEAST))) if ms > LEAST else 0


def middle(bucket: int) -> float:
    """The milliseconds that a bucket stands for."""
    return float(LEAST * 2 ** ((bucket + 0.5) / PER_OCTAVE))


def percentile(counts: Histogram, share: float) -> float | None:
    """The milliseconds that so large a share of all took at most; None where nothing was counted."""
    rank, seen = share * sum(counts.values()), 0
    for each in sorted(counts):
        seen += counts[each]
        if counts[each] and seen >= rank:
            return middle(each)
    return None
