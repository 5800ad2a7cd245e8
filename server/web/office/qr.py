"""A QR as a drawing within a page: nothing is loaded for it, and no file of it lies anywhere."""

from __future__ import annotations

from markupsafe import Markup

from models.qr import QUIET_MODULES, code_matrix, rectangles


def qr_drawing(content: str) -> Markup:
    """``content`` as an SVG, dark on white whatever the page's colours are."""
    matrix = code_matrix(content)
    size = len(matrix) + 2 * QUIET_MODULES
    path = "".join(
        f"M{x + QUIET_MODULES} {y + QUIET_MODULES}h{width}v{height}h-{width}z"
        for x, y, width, height in rectangles(matrix)
    )
    return Markup(
        f'<svg class="qr" viewBox="0 0 {size} {size}" shape-rendering="crispEdges"'
        f' aria-hidden="true" focusable="false"><rect class="paper" width="{size}"'
        f' height="{size}"/><path class="ink" d="{path}"/></svg>'
    )
