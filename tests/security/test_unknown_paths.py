"""Paths that no route matches: what they weigh together, what is forgiven, and the decoys."""

import pytest
import time_machine
from django.test import Client

from security import alerts, decoys, merging, policy, probes, snapshot
from security.actors import COMMAND_LINE
from security.alerts import Alarm
from security.models import Ban, Probe
from security.paths import weight
from security.thresholds import MOST_POINTS
from tests.security.trying import ATTACKER, caller, corpus, try_paths

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False) as clock:
        yield clock


def is_banned() -> bool:
    return snapshot.verdict(ATTACKER.address) is not None


def test_ten_points_at_once_ban():
    try_paths(9)
    assert not is_banned()
    try_paths(1, start=9)
    assert is_banned()


def test_a_point_a_minute_bans_at_the_twentieth(clock):
    for number in range(20):
        assert not is_banned()
        try_paths(1, start=number)
        merging.merge()
        clock.shift(60)
    assert Ban.objects.get().reason == "20 points of unknown paths within 24 h"


def test_nineteen_points_a_day_ban_nobody_ever(clock):
    for number in range(60):
        try_paths(1, start=number)
        clock.shift(86_400 / 19)
    assert not is_banned()


@pytest.mark.parametrize("pace", [0, 60], ids=["burst", "day"])
def test_the_highest_threshold_is_reached_even_by_single_points(clock, pace):
    policy.change(dict.fromkeys(["path_day", "path_burst"], MOST_POINTS), by=COMMAND_LINE)
    for name in "abcde":  # as many broken links as are forgiven take room of what is remembered
        probes.unrouted(ATTACKER, f"/our-{name}", linked=True)
    for number in range(MOST_POINTS):
        assert not is_banned()
        clock.shift(pace)
        try_paths(1, start=number)
    assert is_banned()


def test_two_known_holes_at_once_ban():
    for path in ("/.env", "/wp-login.php"):
        probes.unrouted(ATTACKER, path)
    assert is_banned()


def test_variants_of_one_path_count_once():
    for number in range(100):
        probes.unrouted(ATTACKER, f"/Backup//{number}.zip")
    assert len(probes.tally.of(ATTACKER.subject)) == 1


def test_what_every_server_is_asked_for_is_not_even_remembered():
    for path in (path for path, points in corpus("harmless") if points == 0):
        probes.unrouted(ATTACKER, path)
    assert probes.tally.of(ATTACKER.subject) == []


def test_two_forbidden_methods_ban_on_any_path():
    probes.unrouted(ATTACKER, "/", method="TRACE")
    probes.unrouted(ATTACKER, "/", method="TRACK")
    assert is_banned()


def test_five_broken_links_of_ours_are_forgiven_a_day():
    for number in range(15):
        probes.unrouted(ATTACKER, f"/{'x' * number}y", linked=True)
    assert is_banned()
    assert Ban.objects.get().evidence.filter(weight=1).count() == 10


def test_a_link_of_ours_that_is_followed_again_is_one():
    for number in range(100):
        probes.unrouted(ATTACKER, f"/old/{number}", linked=True)
        probes.unrouted(ATTACKER, "/gone", linked=True)
    assert [each.weight for each in probes.tally.of(ATTACKER.subject)] == [0, 0]


def test_a_referer_makes_no_scanners_path_lighter():
    probes.unrouted(ATTACKER, "/.env", linked=True)
    probes.unrouted(ATTACKER, "/a.php", linked=True)
    assert [each.weight for each in probes.tally.of(ATTACKER.subject)] == [5, 2]


def test_a_forged_header_counts_once_a_day():
    for _ in range(100):
        probes.spoofed(caller(spoofed=True))
    assert [each.weight for each in probes.tally.of(ATTACKER.subject)] == [1]
    assert probes.has_spoofed(ATTACKER)


@pytest.fixture
def moved_admin(settings):
    settings.ADMIN_PATH = "kontor/"


def test_the_admin_that_moved_weighs_five_and_is_alarmed_about(moved_admin):
    probes.unrouted(ATTACKER, "/admin/login/")
    assert [each.weight for each in probes.tally.of(ATTACKER.subject)] == [5]
    assert [alert.about for alert in alerts.standing().filter(kind=Alarm.ADMIN_PROBED)] == [ATTACKER.subject]


def test_the_first_look_for_the_admin_bans_not_even_a_known_offender(moved_admin):
    probes.tally.learn(ATTACKER.subject, [], offences=3)
    probes.spoofed(caller(spoofed=True))
    probes.unrouted(ATTACKER, "/admin/")
    assert not is_banned()


def test_an_admin_where_it_always_was_is_a_path_like_others():
    probes.unrouted(ATTACKER, "/admin/nothing")
    assert [each.weight for each in probes.tally.of(ATTACKER.subject)] == [1]


@pytest.mark.parametrize("path", ["/admin/config.php", "/admin/.env", "/admin/login.php/"])
def test_a_scan_below_the_admin_counts_like_any(client, path):
    assert client.get(path, REMOTE_ADDR=ATTACKER.address).status_code == 404
    assert probes.tally.of(ATTACKER.subject)


@pytest.mark.parametrize("destination", ["image", "empty"])
def test_a_path_that_is_no_text_on_another_sites_page_counts_nothing(client, destination):
    sent = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": destination}
    client.get("/index.html%00.php", REMOTE_ADDR=ATTACKER.address, headers=sent)
    assert not probes.tally.of(ATTACKER.subject)


def test_decoys_are_plausible_few_and_of_this_installation(settings):
    mine = decoys.paths()
    assert (len(set(mine)), {weight(path) for path in mine}) == (3, {1})
    settings.SECRET_KEY = "another"
    assert not set(mine) & set(decoys.paths())


def test_only_robots_txt_names_the_decoys(client):
    text = client.get("/robots.txt").content.decode()
    assert [line for line in text.splitlines() if line != "User-agent: *"] == [
        "Disallow: /", *(f"Disallow: {path}" for path in decoys.paths())
    ]  # fmt: skip


@pytest.mark.parametrize("spelled", ["{}", "{}index.html", "/{}", "{}../x"])
def test_the_first_look_at_a_decoy_bans(spelled):
    probes.unrouted(ATTACKER, spelled.format(decoys.paths()[1]).upper())
    assert is_banned()
    assert (Ban.objects.get().scenario, Ban.objects.get().evidence.get().weight) == ("decoy", 5)


def test_a_decoy_is_a_404_that_bans_whoever_asks(client):
    client.defaults["REMOTE_ADDR"] = ATTACKER.address
    assert [client.get(decoys.paths()[0]).status_code for _ in range(2)] == [404, 403]


@pytest.mark.parametrize("destination", ["image", "document"])
def test_what_another_site_leads_to_a_decoy_is_not_banned_at_once(destination):
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": destination}
    Client(REMOTE_ADDR=ATTACKER.address).get(decoys.paths()[0], headers=elsewhere)
    assert not is_banned()


def test_whoever_is_logged_in_is_alarmed_about_and_not_banned(client, owner):
    client.force_login(owner)
    client.get(decoys.paths()[0], REMOTE_ADDR=ATTACKER.address)
    assert not Ban.objects.exists()
    assert "owner asked for the decoy" in alerts.standing().get(kind=Alarm.DECOY).sentence


def test_a_decoy_in_a_home_network_is_throttled_and_judged_once_a_minute(clock):
    for _ in range(50):
        probes.unrouted(caller("192.168.1.7"), decoys.paths()[0])
    assert snapshot.is_throttled("192.168.1.7")
    assert alerts.standing().get(kind=Alarm.SPARED).count == 1


def test_what_is_forgiven_is_written_down_as_our_fault():
    probes.unrouted(ATTACKER, "/gone", linked=True)
    merging.merge()
    assert (Probe.objects.get().scenario, Probe.objects.get().sample) == ("broken-link", "GET /gone")
