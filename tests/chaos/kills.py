"""The scenarios in which a process ends with -9 while it works, and begins again."""

from __future__ import annotations

from dataclasses import replace

from tests.chaos.laptop import pause
from tests.chaos.proxy import bad_proxy
from tests.chaos.scene import Scene
from tests.support.slow_link import CLEAR, VILLAGE, slow_link

_MOMENTS = {
    "opening": ("life", 1, 0.12),
    "recording": ("intent", 60, 0.004),
    "connecting": ("at connecting", 3, 0.02),
    "sending": ("at sending", 4, 0.03),
    "fetching": ("at fetching", 2, 0.02),
}
"""What a kill waits for: how a line of the log begins, up to how many of them, and up to how many
seconds more."""


def laptop_killed(scene: Scene, kills: int) -> None:
    """One laptop dies again and again; a second one at the same point works on."""
    victim, other = scene.enrol("one"), scene.enrol("two")
    other.orders = replace(other.orders, pause=0.02)
    victim.orders = replace(victim.orders, pause=0.02, gap=0.03)
    other.start()
    for _ in range(kills):
        victim.start()
        moment = scene.chance.choice(list(_MOMENTS))
        beginning, most, delay = _MOMENTS[moment]
        for _ in range(scene.chance.randint(1, most)):
            assert victim.wait_for(beginning), f"no line {beginning!r} in {victim.name}'s log"
        pause(scene.chance, delay)
        victim.kill()
        scene.fell[moment] += 1


def centre_killed(scene: Scene, kills: int) -> None:
    """The centre dies again and again, or its database alone, or one of that one's processes; two
    laptops at one point record and sync all the while."""
    laptops = [scene.enrol("one"), scene.enrol("two")]
    for laptop in laptops:
        laptop.orders = replace(laptop.orders, pause=0.02, gap=0.1)
        laptop.start()
    for _ in range(kills):
        watched = scene.chance.choice(laptops)
        watched.forget()
        assert watched.wait_for("at sending"), f"{watched.name} does not reach the centre again"
        pause(scene.chance, 0.2)
        victim = scene.chance.choices(("centre", "database", "backend"), (6, 2, 2))[0]
        match victim:
            case "centre":
                scene.kill_centre()
                scene.centre.start()
            case "database":
                scene.centre.kill_database()
                scene.centre.wait_until_ready()
            case "backend":
                scene.centre.kill_backend(scene.chance)
                scene.centre.wait_until_ready()
        scene.fell[victim] += 1


def bad_network(scene: Scene, kills: int) -> None:
    """Two laptops behind a proxy that drops, cuts, delays, repeats and bends; and they die too."""
    proxy = scene.stack.enter_context(bad_proxy(scene.centre.address, scene.chance))
    laptops = [scene.enrol(name, address=proxy.address) for name in ("one", "two")]
    for laptop in laptops:
        laptop.orders = replace(laptop.orders, pause=0.02, gap=0.1, patience=1.0)
        laptop.start()
    proxy.trouble = 0.5
    for _ in range(kills):
        victim = scene.chance.choice(laptops)
        for _ in range(scene.chance.randint(1, 5)):
            assert victim.wait_for("end sync"), f"{victim.name} never comes to an end"
        pause(scene.chance, 0.1)
        victim.kill()
        victim.start()
    proxy.trouble = 0.0
    scene.fell.update(proxy.met)


def slow_line(scene: Scene, kills: int) -> None:
    """Two laptops behind a line of 64 kbit/s, 300 ms and 5 % loss; laptops and centre die."""
    link = scene.stack.enter_context(slow_link(VILLAGE, scene.seed))
    scene.centre.stop()
    scene.centre.host = link.near
    scene.centre.start()
    laptops = [scene.enrol("one"), scene.enrol("two")]
    for laptop in laptops:
        laptop.orders = replace(
            laptop.orders, pause=0.3, gap=0.5, patience=15.0, network_of=link.far_pid
        )
        laptop.start()
    for _ in range(kills):
        watched = scene.chance.choice(laptops)
        watched.forget()
        assert watched.wait_for("at sending"), f"{watched.name} does not get through"
        pause(scene.chance, 1.5)
        victim = scene.chance.choice(("centre", "laptop"))
        if victim == "centre":
            scene.kill_centre()
            scene.centre.start()
        else:
            watched.kill()
            watched.start()
        scene.fell[victim] += 1
    for laptop in laptops:
        for _ in range(20):  # however slow the machine is, something was at stake
            assert laptop.wait_for("done"), f"{laptop.name} records nothing"
    scene.fell["packets lost"] = link.dropped
    link.line = CLEAR
