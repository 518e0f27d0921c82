"""What is known of secret values: where they come from, and how many are kept."""

import logging
import subprocess
import sys

import pytest

from kedro_nb.masking import (
    get_logger,
    mask_text,
    mask_value,
    remember_credentials,
    remember_environment,
    remember_parameters,
)


def test_an_environment_variable_with_a_secret_name_is_known(monkeypatch):
    monkeypatch.setenv("MY_DB_PASSWORD", "Env1canary")
    monkeypatch.setenv("MY_DATABASE_URL", "postgres://me:Env2canary@host/db")
    monkeypatch.setenv("MY_HOST", "Env3visible")
    monkeypatch.setenv("PWD", "/home/me/Env4visible")
    remember_environment()
    assert mask_text("Env1canary, Env2canary, Env3visible, /home/me/Env4visible") == (
        "***, ***, Env3visible, /home/me/Env4visible"
    )


def test_credentials_are_known_but_not_where_a_service_is():
    remember_credentials(
        {
            "dev": {
                "key": "Cr1canary",
                "client_kwargs": {"endpoint_url": "http://Cr2visible", "aws_secret": "Cr3x"},
            },
            "other": b"Cr4canary",
            "more": {"user": "Cr5u", "region_name": "eu-visible-1", "con": "mysql://me:Cr6x@host"},
        }
    )
    text = mask_text("Cr1canary http://Cr2visible Cr3x Cr4canary Cr5u eu-visible-1 Cr6x")
    assert text == "*** http://Cr2visible *** *** Cr5u eu-visible-1 ***"


def test_parameters_that_contain_themselves_are_read_and_masked():
    parameters = {"db": {"password": "Cy1canary"}}
    parameters["again"] = parameters
    remember_parameters(parameters)
    assert mask_text("Cy1canary") == "***"
    assert mask_value(parameters)["again"]["again"]["db"] == {"password": "***"}


def test_a_masked_value_is_a_copy():
    value = {"password": "x", "all": [{"token": None, "flag_token": True, "n": 1}], "pair": ("secret", "y")}
    assert mask_value(value) == {
        "password": "***",
        "all": [{"token": None, "flag_token": True, "n": 1}],
        "pair": ("secret", "***"),
    }
    assert value["password"] == "x"


def test_a_log_line_and_its_traceback_have_no_secret(caplog):
    remember_parameters({"password": "Lg1canary"})
    logger = get_logger("kedro_nb.test_of_masking")
    with caplog.at_level(logging.INFO, logger.name):
        logger.info("in with %s and %d", "Lg1canary", 1)
        try:
            raise ValueError("no Lg1canary")
        except ValueError:
            logger.exception("failed")
    formatted = "\n".join(map(logging.Formatter().format, caplog.records))
    assert "in with *** and 1" in formatted
    assert "ValueError: no ***" in formatted
    assert "Lg1canary" not in formatted + repr([vars(record) for record in caplog.records])


def test_a_bounded_number_of_values_is_kept():
    code = """
from kedro_nb.masking import known_values, mask_text, remember_parameters
for number in range(3_000):
    remember_parameters({"password": f"Canary{number}xyz"})
assert len(known_values()) == 1_000, len(known_values())
assert mask_text("Canary2999xyz Canary2500xyz") == "*** ***"
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("length", [4, 5, 7])
def test_a_short_value_is_hidden_as_a_whole_word_only(length):
    value = "Wq7Zx9K"[:length]
    remember_parameters({"password": value})
    assert (
        mask_text(f"{value} '{value}' ({value}), x{value} {value}_a")
        == f"*** '***' (***), x{value} {value}_a"
    )
