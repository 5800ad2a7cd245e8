"""``ksbb-field --self-test``: every part that the app leans on, tried where it is installed.

A module a theme, a small function a part: it returns a few words for support and raises when the
part is not as it should be. Nothing here touches the laptop's own data.
"""
