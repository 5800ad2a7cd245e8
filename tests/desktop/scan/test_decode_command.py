"""``ksbb-field decode``: a line a file, whatever the file."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from desktop.scan.decode_command import ALL_READ, SOME_NOT_READ, USAGE, run
from tests.desktop.scan.printed import code_print

PROGRAM = (
    "import sys; from desktop.scan.decode_command import run; "
    "sys.exit(run(sys.argv[1:], sys.stdout))"
)


def lines_of(paths: list[str]) -> tuple[int, list[dict[str, Any]]]:
    out = io.StringIO()
    result = run(paths, out)
    return result, [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    code_print("satu").save(tmp_path / "satu.png")
    two = Image.new("L", (900, 500), 255)
    two.paste(code_print("kecil").resize((200, 200)), (10, 10))
    two.paste(code_print("BESAR").resize((420, 420)), (440, 40))
    two.save(tmp_path / "dua.png")
    Image.new("L", (300, 300), 255).save(tmp_path / "kosong.png")
    (tmp_path / "catatan.txt").write_text("bukan gambar")
    (tmp_path / "nol.jpg").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    return tmp_path


def test_pictures_with_codes_give_their_texts_and_nothing_is_wrong(folder: Path) -> None:
    result, lines = lines_of([str(folder / "satu.png"), str(folder / "dua.png")])
    assert result == ALL_READ
    assert [line["text"] for line in lines] == ["satu", "BESAR"]
    assert "texts" not in lines[0]
    assert lines[1]["texts"] == ["BESAR", "kecil"]
    assert all(line["ms"] >= 0 and "error" not in line for line in lines)


def test_each_file_gets_its_own_line_whatever_its_neighbours_are(folder: Path) -> None:
    names = ["folder", "nol.jpg", "catatan.txt", "tidak ada", "kosong.png", "satu.png"]
    result, lines = lines_of([str(folder / name) for name in names])
    assert result == SOME_NOT_READ
    assert [Path(line["file"]).name for line in lines] == names
    assert [line.get("reason") for line in lines] == [
        "folder", "empty", "not_a_picture", "missing", "none_seen", None,
    ]  # fmt: skip
    assert "folder" in lines[0]["error"]
    assert lines[-1]["text"] == "satu"


def test_without_a_file_the_usage_is_said() -> None:
    assert run([], io.StringIO()) == USAGE


def test_strange_names_and_contents_come_out_as_plain_ascii_lines(tmp_path: Path) -> None:
    name = os.fsdecode(b"bu \xff siti \xe2\x9c\x93\n.png")
    code_print("ñ 日本\n\x1b[31m").save(tmp_path / name)
    out = io.StringIO()
    assert run([str(tmp_path / name)], out) == ALL_READ
    assert out.getvalue().isascii() and out.getvalue().count("\n") == 1
    line = json.loads(out.getvalue())
    assert line["file"] == str(tmp_path / name)
    assert line["text"] == "ñ 日本\n\x1b[31m"


def test_it_needs_neither_qt_nor_a_display_and_a_reader_that_leaves_is_no_trouble(
    folder: Path,
) -> None:
    check = "import sys; import desktop.scan.decode_command; print('PySide6' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
    paths = [str(folder / "satu.png")] * 400
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *paths], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    complaints = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == SOME_NOT_READ
    assert complaints == b""


def test_fifty_megapixels_with_transparency_stay_within_memory(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (8700, 5800), (255, 255, 255, 128))
    clear.save(tmp_path / "besar.png", compress_level=1)
    # Not getrusage: its maximum outlives exec, so a child inherits that of this whole test run.
    measured = PROGRAM.replace("sys.exit(", "result = (") + (
        "; status = open('/proc/self/status').read(); "
        "print(int(status.partition('VmHWM:')[2].split()[0]) // 1024); sys.exit(result)"
    )
    done = subprocess.run(
        [sys.executable, "-c", measured, str(tmp_path / "besar.png")],
        capture_output=True,
        text=True,
        check=False,
    )
    line, megabytes = done.stdout.splitlines()
    assert done.returncode == SOME_NOT_READ
    assert json.loads(line)["reason"] == "none_seen"
    assert int(megabytes) < 600
