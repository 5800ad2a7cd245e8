"""A laptop is wiped whole or not at all, and what was set aside can still be opened and sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest

from desktop.device import VAULT_FILE, OpenDevice, is_enrolled, open_device, sync
from desktop.device_secret import usual_stores
from desktop.settings import SETTINGS_FILE, Settings, save_settings
from desktop.threads import Cancel
from desktop.vault import Vault
from desktop.wipe import belongings, delete, finish_wipe, set_aside
from tests.support.app import PINS, furnish
from tests.support.centre_world import Centre
from tests.support.field import SetClock, identity_of
from tests.support.keyrings import MemoryKeyring
from tests.support.tiny_server import Said, serving
from tests.support.world import HERE, RANI, family

FAMILIES = [family(number) for number in range(1, 4)]


def opened(folder: Path) -> OpenDevice:
    """The device in ``folder``, opened by Rani's PIN as the app does."""
    vault = Vault.open(folder / VAULT_FILE, usual_stores(folder), SetClock())
    return open_device(folder, vault, RANI, PINS[RANI][1], SetClock())


def used(folder: Path, centre: str = "http://127.0.0.1:1") -> Path:
    """A device in ``folder`` with records that no receipt covers."""
    furnish(folder, FAMILIES, centre=centre)
    save_settings(folder / SETTINGS_FILE, Settings("en"))
    device = opened(folder)
    device.station.open_session(RANI, HERE)
    look = device.station.look_up_kk(FAMILIES[0].kk)
    device.station.hand_over(look, RANI)
    device.connection.close()
    return folder


@pytest.fixture
def former_keyring() -> Iterator[None]:
    former = keyring.get_keyring()
    yield
    keyring.set_keyring(former)


def unsafe(folder: Path) -> int:
    device = opened(folder)
    try:
        return device.station.ledger.safety().unsafe
    finally:
        device.connection.close()


def test_what_is_set_aside_leaves_a_bare_folder_and_opens_with_the_same_pin(
    tmp_path: Path,
) -> None:
    folder = used(tmp_path / "laptop")
    aside = set_aside(folder)
    assert not is_enrolled(folder)
    assert sorted(one.name for one in folder.iterdir()) == [aside.name, SETTINGS_FILE]
    assert unsafe(aside) == 2
    furnish(folder)
    second = set_aside(folder)
    assert second != aside
    assert unsafe(aside) == 2


def test_records_that_were_set_aside_are_still_sent(tmp_path: Path, centre: Centre) -> None:
    centre.list_families(FAMILIES)
    centre.enrol(identity_of(1, (HERE,)))
    with serving(lambda asked, body: Said.reply(centre.receiver.answer(asked, body))) as server:
        aside = set_aside(used(tmp_path / "laptop", server.url))
        device = opened(aside)
        assert sync(device, SetClock(), Cancel()).sent == 2
        assert device.station.ledger.safety().unsafe == 0
        device.connection.close()


@pytest.mark.parametrize("moved", range(5))
def test_a_power_cut_at_any_moment_is_made_good_by_the_next_start(
    tmp_path: Path, moved: int
) -> None:
    folder = used(tmp_path / "laptop")
    whole = [one.name for one in belongings(folder)]
    assert whole[-1] == VAULT_FILE
    aside = folder / "disisihkan-1"
    aside.mkdir()
    for name in whole[:moved]:
        (folder / name).replace(aside / name)
    finish_wipe(folder, usual_stores)
    if moved < len(whole):
        # A folder that was just made is where the rest belongs; of a wipe that was done, nothing.
        assert [one.name for one in belongings(folder)] == []
    assert unsafe(aside) == 2


def test_a_folder_in_which_nothing_was_wiped_is_left_alone(tmp_path: Path) -> None:
    finish_wipe(tmp_path / "none", usual_stores)
    folder = used(tmp_path / "laptop")
    before = sorted(folder.iterdir())
    finish_wipe(folder, usual_stores)
    assert sorted(folder.iterdir()) == before
    aside = set_aside(folder)
    furnish(folder)
    finish_wipe(folder, usual_stores)
    assert is_enrolled(folder)
    assert unsafe(aside) == 2


def test_what_is_deleted_is_gone_with_its_secret(tmp_path: Path, former_keyring: None) -> None:
    memory = MemoryKeyring()
    keyring.set_keyring(memory)
    folder = used(tmp_path / "laptop")
    assert len(memory.kept) == 1
    delete(set_aside(folder), usual_stores)
    assert [one.name for one in folder.iterdir()] == [SETTINGS_FILE]
    assert not memory.kept


def test_a_deletion_that_was_cut_short_is_finished(tmp_path: Path) -> None:
    folder = used(tmp_path / "laptop")
    aside = set_aside(folder)
    doomed = folder / "dihapus-1"
    aside.replace(doomed)
    next(doomed.glob("*.secret")).unlink()
    finish_wipe(folder, usual_stores)
    assert [one.name for one in folder.iterdir()] == [SETTINGS_FILE]
