"""Spools become rows: each line once, whoever wrote it and however its process ended."""

import threading

import pytest
from django.db import DatabaseError, connections

from security import alerts, ingest, rollups, spool
from security.alerts import Alarm
from security.ingest import Ingest
from security.models import Alert, Rollup, Spool, TrafficEntry
from tests.security.trails import Trail, answer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def process(tmp_path, settings):
    """Starts further processes on one data directory; the newest takes the rows."""
    settings.DATA_DIR = tmp_path
    started: list[Trail] = []

    def start() -> Trail:
        started.append(Trail())
        return started[-1]

    yield start
    for each in started:
        each.kill()


def counted() -> int:
    return sum(Rollup.objects.filter(span=60).values_list("requests", flat=True))


def test_each_line_is_taken_once_however_often_one_looks(process):
    mine = process()
    for _ in range(3):
        answer()
        mine.rows()
    assert (len(mine.rows()), counted()) == (3, 3)


def test_what_a_killed_process_left_is_there_once_and_its_file_gone(process):
    dead = process()
    answer()
    dead.rows()
    answer()
    dead.kill()
    assert (len(process().rows()), counted()) == (2, 2)
    assert (TrafficEntry.objects.count(), Spool.objects.count(), len(dead.files())) == (2, 0, 1)


def test_a_line_that_a_kill_tore_is_left_out(process):
    dead = process()
    answer()
    dead.spool.write(b'[1, "http", "203.0')
    dead.kill()
    assert len(process().rows()) == 1


def test_a_line_that_a_full_disk_tore_spoils_no_other(process):
    mine = process()
    answer()
    mine.spool.write(b'[1, "http", "203.0\n')
    answer()
    assert len(mine.rows()) == 2


@pytest.mark.parametrize(
    "line",
    [
        b'["then","http","203.0.113.9","GET","","/",200,1.0,null,3,"","","",null]',
        b'[1764000000.5,"http","203.0.113.9","GET","","/",5,1.0,null,3,"","","",null]',
        b'[1764000000.5,"http","203.0.113.9","GET","","/",200,1.0,null,99999999999999999999,"","","",null]',
        b'[1764000000.5,"http","203.0.113.9","GET","","/",200,"slow",null,3,"","","",null]',
        b"{}", b"[]", b"1", b"\xff", b"",
    ],
)  # fmt: skip
def test_a_line_that_says_nonsense_holds_up_no_other(process, line):
    mine = process()
    answer()
    mine.spool.write(line + b"\n")
    answer()
    assert (len(mine.rows()), counted()) == (2, 2)


def test_two_processes_that_find_the_same_file_count_it_once(process):
    dead = process()
    for _ in range(50):
        answer()
    dead.kill()
    finders = [threading.Thread(target=look, args=[process()]) for _ in range(4)]
    for each in finders:
        each.start()
    for each in finders:
        each.join()
    assert (TrafficEntry.objects.count(), counted()) == (50, 50)


def look(found: Trail) -> None:
    found.ingest.look()
    connections.close_all()


def test_rows_and_sums_stand_together_or_not_at_all(process, monkeypatch):
    mine = process()
    answer()
    with monkeypatch.context() as broken, pytest.raises(DatabaseError):
        broken.setattr(rollups, "add", fail)
        mine.rows()
    assert (TrafficEntry.objects.count(), counted()) == (0, 0)
    assert (len(mine.rows()), counted()) == (1, 1)


def fail(*_: object) -> None:
    raise DatabaseError


def test_more_than_one_batch_is_taken_at_one_look(process, monkeypatch):
    monkeypatch.setattr(ingest, "BATCH", 2)
    mine = process()
    for _ in range(5):
        answer()
    assert len(mine.rows()) == 5


def test_a_full_file_goes_when_it_is_taken(process, monkeypatch):
    monkeypatch.setattr(spool, "LIMIT", 100)
    mine = process()
    for _ in range(3):
        answer()
        mine.rows()
    assert (len(mine.rows()), len(mine.files()), Spool.objects.count()) == (3, 1, 0)


def test_no_number_is_given_twice(process, monkeypatch):
    monkeypatch.setattr(spool, "LIMIT", 100)
    mine = process()
    for _ in range(4):
        answer()
        mine.rows()
    assert len({row.id >> ingest.PLACES for row in mine.rows()}) == 4


@pytest.mark.parametrize("times", [1, 3])
def test_lost_rows_alarm_once_and_say_how_many(process, monkeypatch, times):
    mine = process()
    monkeypatch.setattr(spool, "MOST", -1)
    for _ in range(times):
        answer()
    for _ in range(3):
        mine.ingest.look()
    alerts.flush()
    (alert,) = Alert.objects.filter(kind=Alarm.TRAIL)
    assert (alert.sentence.split()[0], alert.count) == (str(times), 1)


def test_a_folder_that_takes_no_files_alarms_and_stops_nobody(tmp_path, settings, caplog):
    settings.DATA_DIR = tmp_path
    (tmp_path / "spool").touch()
    started = Ingest()
    started.start()
    answer()
    started.stop()
    assert (started.spool.lost, "takes no files" in caplog.text) == (1, True)


def test_a_process_that_stops_takes_in_what_it_wrote_and_leaves_no_file(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    started = Ingest()
    started.start()
    answer()
    started.stop()
    assert (TrafficEntry.objects.count(), list((tmp_path / "spool").iterdir())) == (1, [])


def test_idle_looks_ask_no_database(process, django_assert_num_queries):
    mine = process()
    answer()
    mine.rows()
    with django_assert_num_queries(0):
        mine.ingest.look()
