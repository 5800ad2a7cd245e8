"""The scenario of a point's own exchange: several stations, their hub, and what dies among them."""

from __future__ import annotations

import time
from dataclasses import replace

from tests.chaos.device_books import read_heads
from tests.chaos.laptop import Laptop, pause
from tests.chaos.scene import Scene

_PATIENCE = 120.0


def hub_killed(scene: Scene, kills: int) -> None:
    """Three stations that seldom reach the centre, one of them the hub. Whoever dies comes back as
    a station or as a hub, so that there is now one, now another, now none, now two. In the end all
    must hold what each of them wrote."""
    board = scene.folder / "board"
    board.mkdir()
    laptops = [scene.enrol(name) for name in ("one", "two", "three")]
    for laptop in laptops:
        hub = laptop is laptops[0]
        laptop.orders = replace(laptop.orders, pause=0.05, gap=3.0, board=board, hub=hub)
        laptop.start()
    for _ in range(kills):
        if scene.chance.random() < 0.5:
            _in_touch(laptops)
        pause(scene.chance, 1.0)
        victim = scene.chance.choice(laptops)
        victim.kill()
        scene.fell["hub" if victim.orders.hub else "station"] += 1
        pause(scene.chance, 0.5)
        alone = not any(other.orders.hub for other in laptops if other is not victim)
        share = 0.8 if alone else 0.2
        victim.orders = replace(victim.orders, hub=scene.chance.random() < share)
        victim.start()
    _meet(scene, laptops)


def _in_touch(laptops: list[Laptop]) -> None:
    """Each station hears from a hub, if there is one."""
    if any(one.orders.hub for one in laptops):
        for station in laptops:
            if not station.orders.hub:
                station.forget()
                heard = station.wait_for("at point station", _PATIENCE)
                assert heard, f"{station.name} finds no hub"


def _meet(scene: Scene, laptops: list[Laptop]) -> None:
    """Nobody records any more, and the exchange goes on until all hold the same."""
    if not any(laptop.orders.hub for laptop in laptops):
        laptops[0].orders = replace(laptops[0].orders, hub=True)
    for laptop in laptops:
        laptop.stop()
        laptop.orders = replace(laptop.orders, idle=True)
        laptop.start()
    deadline = time.monotonic() + _PATIENCE
    while len({_held(one) for one in laptops}) > 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    for laptop in laptops:
        laptop.stop()
    scene.met = True


def _held(laptop: Laptop) -> tuple[tuple[bytes, int], ...]:
    return tuple(sorted(read_heads(laptop.orders.folder, laptop.key).items()))
