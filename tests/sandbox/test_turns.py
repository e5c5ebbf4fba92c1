"""As many at once as there are places; the others wait in the order in which they came, and know where they stand."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

import pytest

from interviewer.sandbox.turns import TURNS, Turns


def test_there_are_two_places_for_each_processor() -> None:
    assert TURNS.places == 2 * len(os.sched_getaffinity(0))


def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)


def test_places_are_kept_and_the_queue_is_in_order() -> None:
    turns, most = Turns(2), 0
    done = [threading.Event() for _ in range(6)]
    inside: list[int] = []
    order: list[int] = []
    places: dict[int, list[int]] = {}

    def work(name: int) -> None:
        nonlocal most
        with turns.turn(lambda place: places.setdefault(name, []).append(place)) as slot:
            inside.append(slot)
            order.append(name)
            most = max(most, len(inside))
            assert len(set(inside)) == len(inside) <= 2
            done[name].wait(5)
            inside.remove(slot)

    threads = []
    for name in range(6):
        threads.append(threading.Thread(target=work, args=(name,)))
        threads[-1].start()
        until(lambda: len(order) == min(len(threads), 2) and len(places) == max(0, len(threads) - 2))
    for name in range(6):
        done[name].set()
        until(lambda: len(order) == min(6, name + 3))  # noqa: B023 - called before the next round
    for thread in threads:
        thread.join()
    assert most == 2 and order == list(range(6))
    assert 0 not in places and 1 not in places
    assert [places[name][0] for name in (2, 3, 4, 5)] == [1, 2, 3, 4]
    assert all(told == sorted(told, reverse=True) and len(set(told)) == len(told) for told in places.values())


def test_a_place_is_free_again_after_an_error() -> None:
    turns = Turns(1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turns.turn():
            raise ZeroDivisionError
    with turns.turn() as slot:
        assert slot == 0


def test_a_listener_that_raises_leaves_the_queue() -> None:
    turns = Turns(1)

    def leave(place: int) -> None:
        raise KeyError(place)

    with turns.turn():
        found: list[BaseException] = []

        def wait() -> None:
            try:
                with turns.turn(leave):
                    pass
            except KeyError as error:
                found.append(error)

        thread = threading.Thread(target=wait)
        thread.start()
        thread.join(5)
        assert [error.args for error in found] == [(1,)]
    with turns.turn():
        pass
