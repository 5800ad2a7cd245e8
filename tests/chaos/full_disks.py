"""The scenarios in which a disk has no room left, at a laptop or at the centre."""

from __future__ import annotations

from dataclasses import replace

from tests.chaos.disk import Disk, FileLimit, small_disk
from tests.chaos.laptop import Laptop, pause
from tests.chaos.scene import Scene

_LAPTOP_MB, _CENTRE_MB = 24, 160


def laptop_full(scene: Scene, kills: int) -> None:
    """A laptop's disk is full again and again; now and then it dies so, and starts on a full disk.
    A second laptop works on."""
    disk = scene.stack.enter_context(small_disk(scene.folder / "small", _LAPTOP_MB))
    _run_short(scene, kills, scene.enrol("one", disk=disk.folder), disk)


def laptop_limited(scene: Scene, kills: int) -> None:
    """The same where nothing may be mounted: the system lets no file grow beyond a size."""
    _run_short(scene, kills, scene.enrol("one"), None)


def centre_full(scene: Scene, kills: int) -> None:
    """The centre's disk is full again and again; it comes right by itself once there is room, or
    dies while there is none, and may then not even start."""
    disk = scene.stack.enter_context(small_disk(scene.folder / "small", _CENTRE_MB))
    scene.move_centre(disk.folder)
    laptops = [scene.enrol("one"), scene.enrol("two")]
    for laptop in laptops:
        laptop.orders = replace(laptop.orders, pause=0.02, gap=0.1)
        laptop.start()
    for _ in range(kills):
        watched = scene.chance.choice(laptops)
        watched.forget()
        assert watched.wait_for("at sending"), f"{watched.name} does not reach the centre again"
        pause(scene.chance, 0.2)
        disk.fill(scene.chance)
        if scene.chance.random() < 0.4:
            scene.centre.use_up_the_log()
        failed = watched.wait_for("end sync centre_", patience=1.5)
        scene.fell[failed.rpartition(" ")[2] or "nothing failed"] += 1
        if scene.chance.random() < 0.4:
            scene.kill_centre()
            scene.fell["killed while full"] += 1
            if scene.centre.attempt(5.0):
                scene.fell["started while full"] += 1
                scene.kill_centre()
            disk.free()
            scene.centre.start()
        else:
            disk.free()
            scene.centre.wait_until_ready()


def _run_short(scene: Scene, kills: int, victim: Laptop, disk: Disk | None) -> None:
    for laptop in (victim, scene.enrol("two")):
        laptop.orders = replace(laptop.orders, pause=0.02, gap=0.1)
        laptop.start()
    for _ in range(kills):
        _busy(scene, victim)
        short = disk or FileLimit(victim.pid)
        short.fill(scene.chance)
        failed = victim.wait_for("failed", patience=1.0)
        scene.fell[failed.rpartition(" ")[2] or "nothing failed"] += 1
        pause(scene.chance, 0.1)
        if scene.chance.random() < 0.5:
            victim.kill()
            victim.start()
            scene.fell["killed while full"] += 1
            pause(scene.chance, 0.3)
            if disk is None:
                continue  # the next life has no limit
        short.free()


def _busy(scene: Scene, laptop: Laptop) -> None:
    for _ in range(scene.chance.randint(1, 30)):
        assert laptop.wait_for("done"), f"{laptop.name} records nothing"
