"""Importing a roster: a spreadsheet of households in, the good rows loaded, each bad row named."""

from __future__ import annotations

from server.roster_import.findings import Finding, Reason, RosterReport
from server.roster_import.handing_back import write_bad_rows
from server.roster_import.header import Choice, Column
from server.roster_import.importing import import_roster
from server.roster_import.reading import RosterFile, read_file
from server.roster_import.report import summary_lines, write_report

__all__ = [
    "Choice",
    "Column",
    "Finding",
    "Reason",
    "RosterFile",
    "RosterReport",
    "import_roster",
    "read_file",
    "summary_lines",
    "write_bad_rows",
    "write_report",
]
