"""What can go wrong at the centre; the words stand in ``resources/texts/centre.toml`` under
``error.<code>``.

    KsbbError
    └── CentreError        the person at the centre's command line or browser is told
        ├── BadSetting  KeysUnusable  KeysMissing
        ├── DatabaseUnreachable  DatabaseTooOld  EmbeddedFailed  SchemaNewer  NotInitialised
        ├── DatabaseFull  DatabaseLost  DatabaseTrouble  FileTrouble  NoMemory
        ├── RosterUnreadable  RosterHeader  BadColumn  CannotMerge  BadKKNumber
        ├── NothingFound  SeveralFound  AlreadyThere
        ├── PaperUnknown  NoSlipNumber
        ├── BackupFailed  NotEmpty
        ├── DecidedBefore  WordsTellANumber  AllocatedBefore
        ├── ProposalStale  ProposalTooSlow  AllocationRefused
        ├── BadBoundaries
        ├── NameTaken  BadWords  BadRegion  BadPin
        └── BadPassword  WrongNumber  CodeUsed  OwnAccount  Incomplete
"""

from __future__ import annotations

from typing import ClassVar

from models.errors import KsbbError
from models.texts import Language, text


class CentreError(KsbbError):
    """An expected failure at the centre. ``exit_code`` is what the command line ends with."""

    code = "centre"
    exit_code: ClassVar[int] = 1

    def title(self, language: Language) -> str:
        """What happened, in one line."""
        return text(language, f"centre.error.{self.code}.title", **self.parts)

    def what_to_do(self, language: Language) -> str:
        """What to do."""
        return text(language, f"centre.error.{self.code}.what_to_do", **self.parts)


class BadSetting(CentreError):
    """An environment variable has a value that can't be used: variable, value, expected."""

    code = "bad_setting"
    exit_code = 2


class KeysUnusable(CentreError):
    """The keys file can't be read or is open to others: file, problem."""

    code = "keys_unusable"
    exit_code = 3


class KeysMissing(CentreError):
    """The database holds data, but its keys are not there: file. New ones would be useless."""

    code = "keys_missing"
    exit_code = 3


class DatabaseUnreachable(CentreError):
    """No PostgreSQL answers under the DSN: server, problem."""

    code = "database_unreachable"
    exit_code = 4


class DatabaseTooOld(CentreError):
    """The PostgreSQL is older than 15: found."""

    code = "database_too_old"
    exit_code = 4


class EmbeddedFailed(CentreError):
    """The embedded PostgreSQL did not start: folder, problem."""

    code = "embedded_failed"
    exit_code = 4


class SchemaNewer(CentreError):
    """A newer version of the centre has changed the database: found."""

    code = "schema_newer"
    exit_code = 4


class NotInitialised(CentreError):
    """The database has no tables yet, or not the last ones."""

    code = "not_initialised"
    exit_code = 4


class DatabaseFull(CentreError):
    """PostgreSQL has no room to write."""

    code = "database_full"
    exit_code = 4


class DatabaseLost(CentreError):
    """The connection broke while something was under way; it was rolled back."""

    code = "database_lost"
    exit_code = 4


class DatabaseTrouble(CentreError):
    """PostgreSQL refused: problem (a SQLSTATE or a class's name, never a value)."""

    code = "database_trouble"
    exit_code = 4


class FileTrouble(CentreError):
    """A file can't be read or written: file, problem."""

    code = "file_trouble"
    exit_code = 7


class NoMemory(CentreError):
    """The machine has no memory left for this."""

    code = "no_memory"
    exit_code = 7


class BadColumn(CentreError):
    """A column was named that there is not: value, known."""

    code = "bad_column"
    exit_code = 2


class BadKKNumber(CentreError):
    """What was typed is no KK number: found (how many digits)."""

    code = "bad_kk_number"
    exit_code = 2


class CannotMerge(CentreError):
    """Two households cannot be merged or parted: they are one, or one of them has gone already."""

    code = "cannot_merge"
    exit_code = 6


class RosterUnreadable(CentreError):
    """A file that is no roster; ``problem`` names the text ``roster.unreadable.<problem>``."""

    code = "roster_unreadable"
    exit_code = 5

    def title(self, language: Language) -> str:
        """What is wrong with the file."""
        return text(language, f"centre.roster.unreadable.{self.parts['problem']}", **self.parts)


class RosterHeader(CentreError):
    """No header row with the columns that are needed: found, missing."""

    code = "roster_header"
    exit_code = 5

    def title(self, language: Language) -> str:
        """Which columns are missing, in the words of ``language``."""
        missing = self.parts["missing"]
        names = ", ".join(
            text(language, f"centre.roster.column.{name}")
            for name in (missing if isinstance(missing, tuple) else ())
        )
        return text(language, "centre.error.roster_header.title", missing=names)


class NothingFound(CentreError):
    """What was named does not exist: what (``Point``, ``Stage``, ``Package``), name.

    An empty name: none was named, and none can be taken for granted.
    """

    code = "nothing_found"
    exit_code = 6

    def title(self, language: Language) -> str:
        """What is not there, in the words of ``language``."""
        what = text(language, f"centre.what.{str(self.parts['what']).lower()}")
        if not self.parts["name"]:
            return text(language, "centre.error.nothing_found.unnamed", what=what)
        return text(
            language, "centre.error.nothing_found.title", what=what, name=self.parts["name"]
        )


class SeveralFound(CentreError):
    """More than one thing has the name that was given: name, numbers."""

    code = "several_found"
    exit_code = 6


class AlreadyThere(CentreError):
    """The database already holds data where an empty one is needed."""

    code = "already_there"
    exit_code = 6


class PaperUnknown(CentreError):
    """A code that is no paper's, or that no enrolled laptop signed."""

    code = "paper_unknown"
    exit_code = 6


class NoSlipNumber(CentreError):
    """What was typed can't be a slip's number."""

    code = "slip_number"
    exit_code = 2


class BackupFailed(CentreError):
    """A backup can't be written or read: file, problem."""

    code = "backup_failed"
    exit_code = 7


class NotEmpty(CentreError):
    """A backup goes into an empty database only."""

    code = "not_empty"
    exit_code = 6


class DecidedBefore(CentreError):
    """A question that was decided before: numbers, by."""

    code = "decided_before"
    exit_code = 6


class WordsTellANumber(CentreError):
    """Words that are kept in clear hold what may be a KK, ID or phone number."""

    code = "words_tell_a_number"
    exit_code = 2


class AllocatedBefore(CentreError):
    """A pledge of which packages are allocated already: number."""

    code = "allocated_before"
    exit_code = 6


class ProposalStale(CentreError):
    """What an allocation was proposed on has changed since."""

    code = "proposal_stale"
    exit_code = 6


class ProposalTooSlow(CentreError):
    """No allocation was found in time: seconds."""

    code = "proposal_too_slow"
    exit_code = 6


class AllocationRefused(CentreError):
    """An allocation that can't be taken a step on: number, problem (``cancelled``, ``sent``,
    ``not_sent``, ``handed``, ``by_facts``, ``suspended``, ``point_suspended``, ``not_arrived``)."""

    code = "allocation_refused"
    exit_code = 6

    def title(self, language: Language) -> str:
        """Why."""
        key = f"centre.error.allocation_refused.{self.parts['problem']}"
        return text(language, key, number=self.parts["number"])


class NameTaken(CentreError):
    """There is one of that name already: what, name, number."""

    code = "name_taken"
    exit_code = 6

    def title(self, language: Language) -> str:
        """What there is already, in the words of ``language``."""
        what = text(language, f"centre.what.{str(self.parts['what']).lower()}")
        return text(
            language,
            "centre.error.name_taken.title",
            what=what,
            name=self.parts["name"],
            number=self.parts["number"],
        )


class BadBoundaries(CentreError):
    """A file that gives no boundaries; ``problem`` names the text ``bad_boundaries.<problem>``."""

    code = "bad_boundaries"
    exit_code = 5

    def title(self, language: Language) -> str:
        """What is wrong with the file."""
        return text(language, f"centre.error.bad_boundaries.{self.parts['problem']}", **self.parts)


class BadWords(CentreError):
    """What was typed can't be used: what (``name``, ``field``, ``until``, ``contains``,
    ``address``, ``persons``, ``pieces``, ``rw``, ``households``), value."""

    code = "bad_words"
    exit_code = 2

    def title(self, language: Language) -> str:
        """What is wrong with it."""
        key = f"centre.error.bad_words.{self.parts['what']}"
        return text(language, key, value=self.parts["value"])


class BadRegion(CentreError):
    """No one kelurahan goes by that: name, candidates."""

    code = "bad_region"
    exit_code = 2


class BadPin(CentreError):
    """What was typed can't be a PIN: problem (the key of its words)."""

    code = "bad_pin"
    exit_code = 2

    def title(self, language: Language) -> str:
        """What is wrong with it."""
        return text(language, str(self.parts["problem"])).rstrip(".")


class BadPassword(CentreError):
    """What was chosen can't be a password: problem (``short``, ``long``, ``easy``)."""

    code = "bad_password"
    exit_code = 2

    def title(self, language: Language) -> str:
        """What is wrong with it."""
        return text(language, f"centre.error.bad_password.{self.parts['problem']}", **self.parts)


class WrongNumber(CentreError):
    """A one-time number that is not the authenticator app's, or was used before."""

    code = "wrong_number"
    exit_code = 2


class CodeUsed(CentreError):
    """A link to set an account up that was used, is too old, or never was."""

    code = "code_used"
    exit_code = 6


class OwnAccount(CentreError):
    """Nobody takes away their own rights, so that an administrator is always left."""

    code = "own_account"
    exit_code = 6


class Incomplete(CentreError):
    """A form without something that it asks for."""

    code = "incomplete"
    exit_code = 2
