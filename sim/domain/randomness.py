"""Keyed randomness: every draw is a pure function of its key, never of the scenario.

A draw is named by (root seed, replicate, purpose, month, slot). The same person therefore has
the same luck under two policies, whatever else differs, and a result does not depend on how
many processes computed it. Only draws that are used need computing.

Source: the 64-bit finaliser is SplitMix64's (Steele, Lea and Flood, 2014, "Fast splittable
pseudorandom number generators"); the key schedule on top of it is this project's own and its
uniformity and independence are tested.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from enum import IntEnum
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from sim.domain.compiled import compiled, elementwise

FloatArray = npt.NDArray[np.float64]
KeyArray = npt.NDArray[np.uint64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_SHIFT_A, _SHIFT_B, _SHIFT_C = np.uint64(30), np.uint64(27), np.uint64(31)
_MULTIPLY_A, _MULTIPLY_B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_WORD = 2**64 - 1
_TO_UNIT = 2.0**-52
_DROP_BITS = np.uint64(12)  # 52 bits and a half: never quite 0 or 1
_ONE, _PURPOSE_BITS = np.uint64(1), np.uint64(32)
_SOURCE_BITS, _EMPLOYER_BITS = np.uint64(56), np.uint64(48)
_SEED_BITS = 48  # of a root seed made here: a spreadsheet and JSON keep 15 digits exactly

RandomSource = (
    int
    | np.integer
    | Sequence[int]
    | np.random.SeedSequence
    | np.random.Generator
    | np.random.BitGenerator
    | np.random.RandomState
    | random.Random
    | None
)
"""What Mesa and numpy take as `rng`."""


class Purpose(IntEnum):
    """What a draw is for. Numbers are part of the key: add at the end, never renumber."""

    PARAMETERS = 1
    TASTE = 2
    TASTE_NOISE = 3
    EXPERIENCE = 4
    EXPERIENCE_BAND = 5
    COMPANY = 6
    COMPLIANCE = 7
    TENURE = 8
    STARTING_BID = 9
    STARTING_LEADERSHIP = 10
    LEADERSHIP = 11
    PLEDGE_ORDER = 12
    LEAVE_SECTOR = 13
    RECONSIDER = 14
    MOVE = 15
    MOVE_CHOICE = 16
    PRIORITY = 17
    OUTSIDE_HIRES = 18
    NEWLY_QUALIFIED = 19
    AGENCY_LEAVE_SECTOR = 20
    BENCH_LEAK = 21
    ASSIGNMENT_ENDS = 22
    SEARCH = 23
    ASSIGNMENT_CHOICE = 24
    OUTSIDERS = 25
    OFFER_MEMBERS = 26
    COOLING_OFF_MEMBERS = 27
    PREVENTION_MEMBERS = 28
    OPENING_OFFERS = 29
    DECLINED_OFFERS = 30
    STEP_UP = 31
    INSPECTION = 32
    JUDGEMENT = 33
    OPENING_JUDGEMENT = 34
    OPENING_INSPECTION = 35
    TURNAROUND = 36
    REPORTING = 37
    COMMON_HIRING = 38
    COMMON_LEAVING = 39
    LEAVING_CONDITION = 40
    PLEDGE_JOINING = 41


def _mixed(keys: KeyArray) -> KeyArray:
    """Return SplitMix64's finaliser of each key; overwrites its argument."""
    keys ^= keys >> _SHIFT_A
    keys *= _MULTIPLY_A
    keys ^= keys >> _SHIFT_B
    keys *= _MULTIPLY_B
    keys ^= keys >> _SHIFT_C
    return keys


def _mixed_word(word: int) -> int:
    """Return the same finaliser of one key, in plain integers: quicker for a single one."""
    word &= _WORD
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & _WORD
    return word ^ (word >> 31)


# One key at a time, for compiled loops: the same numbers as those above and below


@elementwise
def mixed(key: np.uint64) -> np.uint64:
    """Return the finaliser of one key."""
    key = (key ^ (key >> _SHIFT_A)) * _MULTIPLY_A
    key = (key ^ (key >> _SHIFT_B)) * _MULTIPLY_B
    return key ^ (key >> _SHIFT_C)


@elementwise
def luck(stream: np.uint64, key: np.uint64) -> float:
    """Return one uniform draw in (0, 1) of a stream's word (see `Streams.words`)."""
    return (float(mixed(key + stream) >> _DROP_BITS) + 0.5) * _TO_UNIT


@elementwise
def gumbel(drawn: float) -> float:
    """Return the Gumbel draw that a uniform one makes; it grows with it.

    Added to log weights, its maximum chooses in proportion to them.
    """
    return float(-np.log(-np.log(drawn)))


@elementwise
def entrant_key(source: int, employer: int, month: int, nth: int) -> np.uint64:
    """Return the key of one worker who enters: see `entrant_keys`."""
    word = (np.uint64(source) << _SOURCE_BITS) | (np.uint64(month) << _PURPOSE_BITS)
    at = (np.uint64(employer) + _ONE) << _EMPLOYER_BITS
    return mixed((np.uint64(nth) | at | word) + _GOLDEN)


@elementwise
def stream_word(root: np.uint64, purpose: int, month: int) -> np.uint64:
    """Return the word of a stream: what is added to a key before it is mixed."""
    return mixed(mixed((np.uint64(purpose) << _PURPOSE_BITS) | np.uint64(month)) + root)


@compiled
def _words_of_a_month(root: np.uint64, month: int, words: KeyArray) -> None:
    for purpose in range(words.size):
        words[purpose] = stream_word(root, purpose, month)


def entrant_keys(source: int, employers: IntArray, month: int, nth: IntArray) -> KeyArray:
    """Return the key of each worker who enters: the nth by `source` at an employer in a month.

    A key depends on who the entrant is, not on how many others came before, so the nth hire
    of a borough in a month is the same person under every policy.
    """
    word = np.uint64((source << 56) | (month << 32))
    at = (employers.astype(np.uint64) + np.uint64(1)) << np.uint64(48)
    return _mixed((nth.astype(np.uint64) | at | word) + _GOLDEN)


def slot_keys(count: int) -> KeyArray:
    """Return fixed keys for `count` numbered slots, such as employers."""
    return _mixed(np.arange(1, count + 1, dtype=np.uint64) * _GOLDEN)


def paired_keys(rows: KeyArray, columns: KeyArray) -> KeyArray:
    """Return a (rows, columns) table of keys, one for each pair."""
    return _mixed(rows[:, None] + columns[None, :])


def root_seed(rng: RandomSource) -> int:
    """Return the whole number, 0 or more, that stands for a source of chance as a root seed.

    A whole number is the seed itself. None asks the operating system for a fresh one. A generator
    of any kind gives its next number, so that two models from one generator differ. A
    `SeedSequence`, or whole numbers in a row, give the same seed every time.

    Raises:
        TypeError: anything else.
        ValueError: a number below 0.
    """
    if isinstance(rng, int | np.integer) and not isinstance(rng, bool):
        if rng < 0:
            raise ValueError(f"rng: given {rng}; allowed: a whole number, 0 or more")
        return int(rng)
    if isinstance(rng, random.Random):
        return rng.getrandbits(_SEED_BITS)
    if isinstance(rng, np.random.RandomState):
        return int(rng.randint(2**_SEED_BITS, dtype=np.int64))
    if isinstance(rng, np.random.BitGenerator):
        rng = np.random.Generator(rng)
    if isinstance(rng, np.random.Generator):
        return int(rng.integers(2**_SEED_BITS))
    if rng is None:
        rng = np.random.SeedSequence()
    elif isinstance(rng, Sequence) and not isinstance(rng, str | bytes):
        rng = np.random.SeedSequence([root_seed(one) for one in rng])
    if isinstance(rng, np.random.SeedSequence):
        return int(rng.generate_state(1, np.uint64)[0]) >> (64 - _SEED_BITS)
    raise TypeError(f"rng: given {rng!r}; allowed: a whole number, a numpy generator, or None")


class Streams:
    """The random streams of one run: a root seed and a replicate number."""

    def __init__(self, seed: int, replicate: int = 0) -> None:
        self.seed, self.replicate = int(seed), int(replicate)
        text = f"{self.seed}:{self.replicate}".encode()
        self._words: dict[int, KeyArray] = {}
        self._root = int.from_bytes(blake2b(text, digest_size=8).digest(), "little")

    @property
    def root(self) -> np.uint64:
        """The word that seed and replicate make."""
        return np.uint64(self._root)

    def words(self, month: int) -> KeyArray:
        """Return the word of each purpose's stream in a month: what `luck` adds to keys."""
        if month not in self._words:
            found = self._words[month] = np.empty(len(Purpose) + 1, np.uint64)
            _words_of_a_month(self.root, month, found)
        return self._words[month]

    def uniform(self, purpose: Purpose, month: int, keys: KeyArray) -> FloatArray:
        """Return one uniform draw in (0, 1) for each key."""
        stream = _mixed_word(_mixed_word((purpose << 32) | month) + self._root)
        mixed = _mixed(keys + np.uint64(stream))
        mixed >>= _DROP_BITS
        return np.asarray((mixed + 0.5) * _TO_UNIT, np.float64)

    def normal(self, purpose: Purpose, month: int, keys: KeyArray) -> FloatArray:
        """Return one standard normal draw for each key, by inverse of the distribution."""
        return _normal_quantile(self.uniform(purpose, month, keys))

    def exponential(self, purpose: Purpose, month: int, keys: KeyArray) -> FloatArray:
        """Return one standard exponential draw for each key."""
        return -np.log(self.uniform(purpose, month, keys))

    def poisson(
        self, purpose: Purpose, month: int, keys: KeyArray, mean: FloatArray
    ) -> npt.NDArray[np.int64]:
        """Return one Poisson count for each key, non-decreasing in its mean (same luck)."""
        return poisson_quantile(self.uniform(purpose, month, keys), mean)


class LuckAhead:
    """The uniform and normal draws of fixed keys, worked out for two years of months at once.

    They are those of `Streams`, sooner: the luck of employers depends on nothing that happens.
    """

    MONTHS = 24

    def __init__(self, streams: Streams, keys: KeyArray) -> None:
        self._streams, self._keys = streams, keys
        self._uniform: dict[tuple[Purpose, int], FloatArray] = {}
        self._normal: dict[tuple[Purpose, int], FloatArray] = {}

    def uniform(self, purpose: Purpose, month: int) -> FloatArray:
        """Return one uniform draw in (0, 1) for each key."""
        block, place = divmod(month, self.MONTHS)
        return self._block(purpose, block)[place]

    def normal(self, purpose: Purpose, month: int) -> FloatArray:
        """Return one standard normal draw for each key."""
        block, place = divmod(month, self.MONTHS)
        if (purpose, block) not in self._normal:
            self._normal[purpose, block] = _normal_quantile(self._block(purpose, block))
        return self._normal[purpose, block][place]

    def _block(self, purpose: Purpose, block: int) -> FloatArray:
        if (purpose, block) not in self._uniform:
            months = np.arange(block * self.MONTHS, (block + 1) * self.MONTHS)
            root, drawn = self._streams.root, np.empty((self.MONTHS, self._keys.size))
            _luck_of_months(root, int(purpose), months, self._keys, drawn)
            self._uniform[purpose, block] = drawn
        return self._uniform[purpose, block]


def _normal_quantile(probability: FloatArray) -> FloatArray:
    from scipy.special import ndtri  # slow to load, and a scenario can be read without it

    drawn: FloatArray = ndtri(probability)
    return drawn


@compiled
def _luck_of_months(
    root: np.uint64, purpose: int, months: IntArray, keys: KeyArray, drawn: FloatArray
) -> None:
    """Write one uniform draw for each month and key, (month, key)."""
    for nth in range(months.size):
        word = stream_word(root, purpose, months[nth])
        for one in range(keys.size):
            drawn[nth, one] = luck(word, keys[one])


# Counts

SUMMED_UP_TO = 300.0
"""Means up to which a Poisson distribution is summed count by count."""
SUMMED_TO_WITHIN = 1.0 - 1e-12
"""The chance up to which it is: a sum of floats may never get further."""


def poisson_quantile(probability: FloatArray, mean: FloatArray) -> IntArray:
    """Return the smallest count whose Poisson distribution function reaches `probability`."""
    counts = np.zeros(mean.size, np.int64)
    if _poisson_quantiles(probability, np.asarray(mean, np.float64), counts):
        return counts
    return _poisson_quantile_by_inversion(probability, mean)


@compiled
def _poisson_quantiles(probability: FloatArray, mean: FloatArray, counts: IntArray) -> bool:
    """Write each count down, or return that one cannot be summed."""
    for nth in range(mean.size):
        if probability[nth] > SUMMED_TO_WITHIN or mean[nth] > SUMMED_UP_TO:
            return False
        if mean[nth] <= 0.0:
            continue
        count, likely = 0, np.exp(-mean[nth])
        reached = likely
        while reached < probability[nth] and likely > 0.0:
            count += 1
            likely *= mean[nth] / count
            reached += likely
        counts[nth] = count
    return True


def _poisson_quantile_by_inversion(probability: FloatArray, mean: FloatArray) -> IntArray:
    from scipy.special import pdtr, pdtrik

    busy = mean > 0.0
    safe = np.where(busy, mean, 1.0)
    count = np.maximum(np.ceil(pdtrik(probability, safe)), 0.0)
    count = np.where(np.isfinite(count), count, 0.0)
    below = np.maximum(count - 1.0, 0.0)
    count = np.where((count > 0) & (pdtr(below, safe) >= probability), below, count)
    count = np.where(pdtr(count, safe) < probability, count + 1.0, count)
    return np.where(busy, count, 0.0).astype(np.int64)
