"""The written form of a key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apiauth import tokens

SAMPLE = tokens.new().reveal()


@given(number=st.integers(0, 2**256 - 1), kid=st.text(tokens.ALPHABET, min_size=10, max_size=10), test=st.booleans())
def test_what_is_written_reads_back(number, kid, test):
    token = tokens.Token(kid=kid, secret=tokens.base62(number, length=43), test=test)
    assert tokens.read(token.reveal()) == token
    assert len(token.reveal()) <= tokens.MAX_LENGTH


@given(position=st.integers(0, len(SAMPLE) - 1), letter=st.characters())
def test_one_changed_character_reads_as_nothing(position, letter):
    changed = SAMPLE[:position] + letter + SAMPLE[position + 1 :]
    assert changed == SAMPLE or tokens.read(changed) is None


@given(st.text(max_size=300))
def test_garbage_reads_as_nothing(text):
    assert tokens.read(text) is None


def test_43_digits_hold_256_bits():
    assert 62**tokens.SECRET_LENGTH >= 2**tokens.SECRET_BITS
    assert 62**tokens.CRC_LENGTH >= 2**32


def test_two_tokens_share_nothing():
    one, other = tokens.new(), tokens.new()
    assert one.kid != other.kid
    assert one.secret != other.secret


def test_the_prefix_says_live_or_test():
    assert tokens.new().reveal().startswith("oa_live_")
    assert tokens.new(test=True).reveal().startswith("oa_test_")


def test_its_repr_hides_the_secret():
    token = tokens.new()
    assert token.secret not in repr(token)


@pytest.mark.parametrize("text", ["", SAMPLE + "\n", " " + SAMPLE, SAMPLE * 2, SAMPLE.upper(), SAMPLE[:-1] + "é"])
def test_near_misses_read_as_nothing(text):
    assert tokens.read(text) is None
