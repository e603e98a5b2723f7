"""How much of all bodies may be in memory."""

import pytest

from openalgo.body import Shelf
from openalgo.waiting import Full


def test_bodies_in_memory_have_a_limit_in_all_and_for_one():
    shelf = Shelf(in_all=100, of_one=60)
    with shelf.place("one") as book, shelf.place("two") as book_two:
        book(60)
        with pytest.raises(Full):
            book(1)
        with pytest.raises(Full):
            book_two(41)


def test_the_shelf_is_empty_afterwards():
    shelf = Shelf(in_all=100, of_one=60)
    with shelf.place("one") as book:
        book(60)
    assert (shelf._held_in_all, shelf._held) == (0, {})
