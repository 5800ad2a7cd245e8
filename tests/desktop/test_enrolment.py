"""Enrolling from two programs at once: one does it, the other is told and clears nothing away."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.device import VAULT_FILE, Enrolment, over_http
from desktop.device_secret import usual_stores
from desktop.threads import Cancel
from desktop.vault_errors import VaultExists
from models.enrolment_text import Invitation
from models.errors import CentreDown, SyncRunning
from sync.turn import Turn
from tests.support.app import furnish
from tests.support.field import SetClock
from tests.support.tiny_server import closed_port


def enrolment(folder: Path) -> Enrolment:
    """An enrolment of the laptop whose data lie in ``folder``."""
    return Enrolment(folder, usual_stores, SetClock(), Cancel(), over_http)


@pytest.fixture
def invitation() -> Invitation:
    """A code for a centre that is not there."""
    return Invitation("ABCD2345", closed_port(), None)


def test_while_another_program_enrols_nothing_of_it_is_cleared_away(
    tmp_path: Path, invitation: Invitation
) -> None:
    folder = tmp_path / "laptop"
    half_done = folder / "pendaftaran" / "ledger.db"
    half_done.parent.mkdir(parents=True)
    half_done.write_bytes(b"what the other's code was spent on")
    other = Turn(folder)
    assert other.take()
    with pytest.raises(SyncRunning):
        enrolment(folder).begin(invitation, "Laptop")
    assert half_done.read_bytes().startswith(b"what")
    other.give_back()
    with pytest.raises(CentreDown):
        enrolment(folder).begin(invitation, "Laptop")
    assert half_done.read_bytes()[:4] != b"what"


def test_an_attempt_that_failed_lets_the_next_one_try(
    tmp_path: Path, invitation: Invitation
) -> None:
    first, second = enrolment(tmp_path), enrolment(tmp_path)
    for one in (first, second, first):
        with pytest.raises(CentreDown):
            one.begin(invitation, "Laptop")


def test_a_laptop_that_was_enrolled_meanwhile_is_left_as_it_is(
    tmp_path: Path, invitation: Invitation
) -> None:
    furnish(tmp_path)
    before = (tmp_path / VAULT_FILE).read_bytes()
    with pytest.raises(VaultExists):
        enrolment(tmp_path).begin(invitation, "Laptop")
    assert (tmp_path / VAULT_FILE).read_bytes() == before
