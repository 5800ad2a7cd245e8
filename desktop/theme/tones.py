"""The three sounds of a verdict, made by arithmetic: ``python -m desktop.theme.tones`` writes them.

They must be told apart in a noisy hall, through a laptop's small loudspeaker, by ears that can't
name a pitch: *go* is two notes that rise, *check* the same note twice, *stop* one long low buzz.
Their pitches lie between 350 and 1,600 Hz, which such loudspeakers render and speech masks least.
"""

from __future__ import annotations

import math
import struct
import wave
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from models.verdict import Tone
from resources import resource_path

RATE = 44_100
PEAK = 0.89
"""Share of full scale, about -1 dBFS: loud, with room left for a driver that resamples."""
_EDGE = 0.006
"""Seconds of fade at both ends of a note, so that it doesn't click."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note: pitch in Hz (0: silence), length in seconds, harmonics (1: pure)."""

    pitch: float
    seconds: float
    harmonics: int = 3


SCORES: dict[Tone, tuple[Note, ...]] = {
    Tone.GO: (Note(880, 0.11), Note(0, 0.02), Note(1318.5, 0.19)),
    Tone.CHECK: (Note(740, 0.13), Note(0, 0.09), Note(740, 0.13)),
    Tone.STOP: (Note(175, 0.62, 9),),
}


def samples(notes: tuple[Note, ...]) -> list[float]:
    """The notes as samples between -1 and 1, the loudest at ``PEAK``."""
    raw: list[float] = []
    for note in notes:
        count = round(note.seconds * RATE)
        for i in range(count):
            fade = min(1.0, i / (_EDGE * RATE), (count - 1 - i) / (_EDGE * RATE))
            raw.append(fade * _overtones(note, i / RATE))
    loudest = max(abs(value) for value in raw)
    return [value / loudest * PEAK for value in raw]


def _overtones(note: Note, at: float) -> float:
    if not note.pitch:
        return 0.0
    # Odd harmonics, the way a square wave has them: more of the loudness lands where small
    # loudspeakers are able to render it.
    return sum(
        math.sin(2 * math.pi * note.pitch * (2 * k + 1) * at) / (2 * k + 1)
        for k in range(note.harmonics)
    )


def wav(tone: Tone) -> bytes:
    """The sound of ``tone`` as a mono 16-bit WAV file."""
    values = [round(value * 32767) for value in samples(SCORES[tone])]
    buffer = BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(values)}h", *values))
    return buffer.getvalue()


def main(folder: Path | None = None) -> None:
    """Write the three files that the app ships."""
    target = folder or resource_path("sounds")
    target.mkdir(parents=True, exist_ok=True)
    for tone in Tone:
        (target / f"{tone.value}.wav").write_bytes(wav(tone))


if __name__ == "__main__":
    main()
