"""Plays the sound of a verdict; silently does nothing where there is no loudspeaker."""

from __future__ import annotations

from PySide6.QtCore import QObject, QUrl
from PySide6.QtMultimedia import QMediaDevices, QSoundEffect

from models.verdict import Tone
from resources import resource_path


class Sounds(QObject):
    """The three sounds. Nothing is opened before ``prepare``; ``play`` never blocks."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.enabled = True
        self._effects: dict[Tone, QSoundEffect] = {}

    @property
    def available(self) -> bool:
        """Whether ``prepare`` found a loudspeaker."""
        return bool(self._effects)

    @property
    def loaded(self) -> bool:
        """Whether each sound is ready to be played at once."""
        ready = QSoundEffect.Status.Ready
        return self.available and all(one.status() == ready for one in self._effects.values())

    def prepare(self) -> None:
        """Find a loudspeaker and load the sounds; call it when the window already stands.

        Asking for the audio devices may take some hundred milliseconds the first time.
        """
        device = QMediaDevices.defaultAudioOutput()
        if device.isNull():
            self._effects.clear()
            return
        for tone in Tone:
            effect = QSoundEffect(device, self)
            effect.setSource(QUrl.fromLocalFile(str(resource_path("sounds", f"{tone.value}.wav"))))
            effect.setVolume(1.0)
            self._effects[tone] = effect

    def play(self, tone: Tone) -> None:
        """Start the sound of ``tone``, ending one that still plays."""
        effect = self._effects.get(tone)
        if not self.enabled or effect is None:
            return
        for other in self._effects.values():
            other.stop()
        effect.play()
