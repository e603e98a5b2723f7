"""What the first start writes, and what it refuses."""

import stat
from datetime import time
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ImproperlyConfigured

from openalgo.env import Environment
from openalgo.firststart import DATABASE_NAME, SECRETS
from tests.live import manage


def test_it_writes_every_secret_for_the_owner_alone(tmp_path):
    Environment({"DATA_DIR": str(tmp_path)})
    text = (tmp_path / ".env").read_text()
    assert all(f"{name}=" in text for name in SECRETS)
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_the_database_is_for_the_owner_alone_in_an_open_directory(tmp_path):
    tmp_path.chmod(0o755)
    Environment({"DATA_DIR": str(tmp_path)})
    assert stat.S_IMODE((tmp_path / DATABASE_NAME).stat().st_mode) == 0o600


def test_there_is_no_database_file_where_a_server_keeps_it(tmp_path):
    (tmp_path / ".env").write_text("DATABASE_URL=postgres://127.0.0.1/openalgo")
    Environment({"DATA_DIR": str(tmp_path)})
    assert not (tmp_path / DATABASE_NAME).exists()


def test_a_second_start_keeps_the_secrets(tmp_path):
    first = Environment({"DATA_DIR": str(tmp_path)}).secret("SECRET_KEY")
    assert Environment({"DATA_DIR": str(tmp_path)}).secret("SECRET_KEY") == first


def test_the_process_environment_wins(tmp_path):
    Environment({"DATA_DIR": str(tmp_path)})
    assert Environment({"DATA_DIR": str(tmp_path), "SECRET_KEY": "k" * 50}).secret("SECRET_KEY") == "k" * 50


def test_a_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "key").write_text("f" * 50 + "\n")
    source = {"DATA_DIR": str(tmp_path), "SECRET_KEY_FILE": str(tmp_path / "key")}
    assert Environment(source).secret("SECRET_KEY") == "f" * 50


def test_it_keeps_what_the_operator_wrote(tmp_path):
    (tmp_path / ".env").write_text("THREADS=7")
    assert Environment({"DATA_DIR": str(tmp_path)}).number("THREADS", 4) == 7


def test_a_line_that_is_no_setting_is_named_and_not_printed(tmp_path):
    (tmp_path / ".env").write_text("# fine\n\n  # indented\nexport THREADS=7\nSECRET_KEY hunter22\n")
    done = manage("check", env={"DATA_DIR": str(tmp_path)}, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"This configuration cannot be used: Line 5 of {tmp_path / '.env'} is neither NAME=value nor a comment.\n"
    )


@pytest.mark.parametrize("url", ["postgres://user:hunt/er22@host/db", "postgres://user:hunter22@[::1/db"])
def test_a_database_url_that_cannot_be_read_is_not_printed(tmp_path, url):
    done = manage("check", env={"DATA_DIR": str(tmp_path), "DATABASE_URL": url}, check=False)
    assert (done.returncode, "DATABASE_URL cannot be read" in done.stderr, "hunt" in done.stderr) == (1, True, False)


def test_it_invents_no_secret_beside_a_database(tmp_path):
    (tmp_path / DATABASE_NAME).touch()
    with pytest.raises(ImproperlyConfigured, match="restore"):
        Environment({"DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize("value", ["change-me-please-change-me-please-change-me", "short"])
def test_it_refuses_a_sample_or_short_secret(tmp_path, value):
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        Environment({"DATA_DIR": str(tmp_path), "SECRET_KEY": value}).secret("SECRET_KEY")


@pytest.mark.parametrize("text", ["half past three", "25:00", "0330", "3", "03:30+05:30", "03:30:00.5"])
def test_a_malformed_time_of_day_is_named(tmp_path, text):
    with pytest.raises(ImproperlyConfigured, match="SESSION_EXPIRY_TIME"):
        Environment({"DATA_DIR": str(tmp_path), "SESSION_EXPIRY_TIME": text}).clock_time("SESSION_EXPIRY_TIME", "03:30")


@pytest.mark.parametrize("text", ["Mars/Olympus", "../../etc/passwd", "Asia"])
def test_an_unknown_time_zone_is_named(tmp_path, text):
    with pytest.raises(ImproperlyConfigured, match="SESSION_TIMEZONE"):
        Environment({"DATA_DIR": str(tmp_path), "SESSION_TIMEZONE": text}).zone("SESSION_TIMEZONE", "Asia/Kolkata")


def test_time_and_zone_are_read(tmp_path):
    env = Environment({"DATA_DIR": str(tmp_path), "SESSION_EXPIRY_TIME": "04:15"})
    assert env.clock_time("SESSION_EXPIRY_TIME", "03:30") == time(4, 15)
    assert env.zone("SESSION_TIMEZONE", "Asia/Kolkata") == ZoneInfo("Asia/Kolkata")


def test_a_malformed_number_is_named(tmp_path):
    with pytest.raises(ImproperlyConfigured, match="THREADS"):
        Environment({"DATA_DIR": str(tmp_path), "THREADS": "many"}).number("THREADS", 4)


def test_a_malformed_setting_stops_a_command_with_one_line(tmp_path):
    env = {"DATA_DIR": str(tmp_path), "SESSION_TIMEZONE": "Mars"}
    done = manage("check", env=env, check=False)
    assert done.returncode == 1
    assert done.stderr == (
        "This configuration cannot be used: SESSION_TIMEZONE must name a time zone such as Asia/Kolkata, not 'Mars'.\n"
    )
