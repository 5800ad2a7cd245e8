"""The report of an import, as lines on a screen and as a CSV to hand back to whoever sent the file.

It names rows, columns and reasons, and never repeats a KK number, a name or an address.
"""

from __future__ import annotations

import csv
from collections import Counter
from itertools import islice
from pathlib import Path

from models.cells import csv_words
from models.texts import Language, text
from server.roster_import.findings import Finding, RosterReport


def summary_lines(report: RosterReport, language: Language, most_rows: int = 20) -> list[str]:
    """What happened, in a few lines; of the bad rows the first ``most_rows`` and how many more."""

    def say(name: str, **parts: object) -> str:
        return text(language, f"centre.roster.summary.{name}", **parts)

    lines = [
        say("file", file=report.file, rows=report.rows, seconds=f"{report.seconds:.1f}"),
        *([say("dry")] if report.dry else []),
        say("loaded", count=report.loaded),
        say("updated", count=report.updated),
        say("unchanged", count=report.unchanged),
        say("entitlements", count=report.entitlements),
        say("bad", count=report.bad),
        say("warnings", count=report.warnings),
    ]
    if report.ignored_sheets:
        lines.append(say("ignored_sheets", names=", ".join(report.ignored_sheets)))
    if report.ignored_columns:
        lines.append(say("ignored_columns", names=", ".join(report.ignored_columns)))
    bad = [finding for finding in report.findings if finding.bad]
    lines += [f"  {_line(finding, language)}" for finding in islice(bad, most_rows)]
    if len(bad) > most_rows:
        lines.append(say("more", count=len(bad) - most_rows))
    odd = Counter(finding.reason for finding in report.findings if not finding.bad)
    lines += [
        "  " + say("odd", count=count, reason=text(language, f"centre.roster.odd.{reason}"))
        for reason, count in odd.most_common()
    ]
    return lines


def _line(finding: Finding, language: Language) -> str:
    column = text(language, f"centre.roster.column.{finding.column}")
    return f"{finding.place(language)} · {column}: {finding.words(language)}"


def write_report(report: RosterReport, file: Path, language: Language) -> None:
    """Write every finding to ``file``: UTF-8 with BOM and semicolons, as spreadsheets here open."""

    def say(name: str) -> str:
        return text(language, f"centre.roster.report.{name}")

    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow([say(name) for name in ("sheet", "row", "column", "result", "reason")])
        for finding in report.findings:
            writer.writerow(
                [
                    csv_words(finding.sheet),
                    finding.row,
                    text(language, f"centre.roster.column.{finding.column}"),
                    say("bad" if finding.bad else "odd"),
                    csv_words(finding.words(language)),
                ]
            )
