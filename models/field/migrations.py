"""Numbered steps that bring ``ledger.db``, ``roster.db`` and ``blobs.db`` to the schema of
``tables``.

Each step is a list of statements run in one transaction together with the new ``user_version``; a
step, once released, never changes. A test proves that they reproduce the declared tables.
"""

from __future__ import annotations

LEDGER_STEPS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE blob_named (
          hash BLOB NOT NULL,
          feed BLOB NOT NULL,
          seq INTEGER NOT NULL,
          PRIMARY KEY (hash, feed, seq)
        ) WITHOUT ROWID
        """,
        """CREATE TABLE checkpoint (
          feed BLOB NOT NULL,
          branch INTEGER NOT NULL,
          seq INTEGER NOT NULL,
          size INTEGER NOT NULL,
          signed BLOB NOT NULL,
          PRIMARY KEY (feed, branch, seq)
        ) WITHOUT ROWID
        """,
        """CREATE TABLE draft (
          household INTEGER NOT NULL,
          fact BLOB NOT NULL,
          slip BLOB,
          PRIMARY KEY (household)
        ) WITHOUT ROWID
        """,
        """CREATE TABLE exception (
          feed BLOB NOT NULL,
          seq INTEGER NOT NULL,
          code INTEGER NOT NULL,
          PRIMARY KEY (feed, seq, code)
        ) WITHOUT ROWID
        """,
        """CREATE TABLE fact (
          feed BLOB NOT NULL,
          branch INTEGER NOT NULL,
          seq INTEGER NOT NULL,
          hash BLOB NOT NULL,
          body BLOB NOT NULL,
          PRIMARY KEY (feed, branch, seq)
        ) WITHOUT ROWID
        """,
        """CREATE TABLE feed (
          feed BLOB NOT NULL,
          ordinal INTEGER NOT NULL,
          device INTEGER NOT NULL,
          public_key BLOB NOT NULL,
          own BOOLEAN NOT NULL,
          safe_seq INTEGER NOT NULL,
          safe_at INTEGER,
          receipt BLOB,
          closed BOOLEAN NOT NULL,
          certificate BLOB,
          PRIMARY KEY (feed)
        ) WITHOUT ROWID
        """,
        """CREATE TABLE session (
          feed BLOB NOT NULL,
          branch INTEGER NOT NULL,
          seq INTEGER NOT NULL,
          point INTEGER NOT NULL,
          label VARCHAR NOT NULL,
          opened_at INTEGER NOT NULL,
          opened_by INTEGER NOT NULL,
          closed_at INTEGER,
          earlier_feed BLOB,
          earlier INTEGER,
          PRIMARY KEY (feed, branch, seq)
        ) WITHOUT ROWID
        """,
        """CREATE TABLE setting (
          name VARCHAR NOT NULL,
          value BLOB NOT NULL,
          PRIMARY KEY (name)
        ) WITHOUT ROWID
        """,
        """CREATE TABLE stock (
          point INTEGER NOT NULL,
          package INTEGER NOT NULL,
          "left" INTEGER NOT NULL,
          feed BLOB NOT NULL,
          branch INTEGER NOT NULL,
          seq INTEGER NOT NULL,
          at INTEGER NOT NULL,
          PRIMARY KEY (point, package)
        ) WITHOUT ROWID
        """,
        """CREATE TABLE stock_move (
          feed BLOB NOT NULL,
          branch INTEGER NOT NULL,
          seq INTEGER NOT NULL,
          point INTEGER NOT NULL,
          package INTEGER NOT NULL,
          movement INTEGER NOT NULL,
          quantity INTEGER NOT NULL,
          at INTEGER NOT NULL,
          PRIMARY KEY (feed, branch, seq)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX stock_move_by_package ON stock_move (point, package)",
        """CREATE TABLE taken (
          household INTEGER NOT NULL,
          feed BLOB NOT NULL,
          branch INTEGER NOT NULL,
          seq INTEGER NOT NULL,
          line INTEGER NOT NULL,
          stage INTEGER NOT NULL,
          package INTEGER NOT NULL,
          quantity INTEGER NOT NULL,
          at INTEGER NOT NULL,
          point INTEGER NOT NULL,
          actor INTEGER NOT NULL,
          receiver INTEGER NOT NULL,
          receiver_name VARCHAR,
          slip INTEGER,
          PRIMARY KEY (household, feed, branch, seq, line)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX taken_by_fact ON taken (feed, seq)",
        """CREATE TABLE voided (
          feed BLOB NOT NULL,
          seq INTEGER NOT NULL,
          hash BLOB NOT NULL,
          by_feed BLOB NOT NULL,
          by_branch INTEGER NOT NULL,
          by_seq INTEGER NOT NULL,
          reason INTEGER NOT NULL,
          PRIMARY KEY (feed, seq, hash, by_feed, by_branch, by_seq)
        ) WITHOUT ROWID
        """,
    ),
)

ROSTER_STEPS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE assigned (
          point INTEGER NOT NULL,
          held BOOLEAN NOT NULL,
          PRIMARY KEY (point)
        ) WITHOUT ROWID
        """,
        """CREATE TABLE city_copy (
          id INTEGER NOT NULL,
          place BLOB NOT NULL,
          follow INTEGER NOT NULL,
          mark INTEGER NOT NULL,
          done INTEGER NOT NULL,
          total INTEGER NOT NULL,
          PRIMARY KEY (id)
        )
        """,
        """CREATE TABLE cursor (
          point INTEGER NOT NULL,
          "after" INTEGER NOT NULL,
          mark INTEGER NOT NULL,
          PRIMARY KEY (point)
        ) WITHOUT ROWID
        """,
        """CREATE TABLE elsewhere (
          household INTEGER NOT NULL,
          feed BLOB NOT NULL,
          branch INTEGER NOT NULL,
          seq INTEGER NOT NULL,
          line INTEGER NOT NULL,
          stage INTEGER NOT NULL,
          package INTEGER NOT NULL,
          quantity INTEGER NOT NULL,
          at INTEGER NOT NULL,
          point INTEGER NOT NULL,
          actor INTEGER NOT NULL,
          receiver INTEGER NOT NULL,
          receiver_name VARCHAR,
          slip INTEGER,
          voided BOOLEAN NOT NULL,
          PRIMARY KEY (household, feed, branch, seq, line)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX elsewhere_by_point ON elsewhere (point)",
        """CREATE TABLE entitlement (
          household INTEGER NOT NULL,
          stage INTEGER NOT NULL,
          package INTEGER NOT NULL,
          point INTEGER NOT NULL,
          quantity INTEGER NOT NULL,
          PRIMARY KEY (household, stage, package)
        ) WITHOUT ROWID
        """,
        """CREATE TABLE household (
          kk INTEGER NOT NULL,
          id INTEGER NOT NULL,
          name VARCHAR NOT NULL,
          rw INTEGER NOT NULL,
          rt INTEGER NOT NULL,
          region VARCHAR NOT NULL,
          status INTEGER NOT NULL,
          members INTEGER NOT NULL,
          address VARCHAR NOT NULL,
          PRIMARY KEY (kk)
        )
        """,
        "CREATE UNIQUE INDEX household_by_id ON household (id)",
        # A page of it has to fit into one of SQLCipher's with its bookkeeping, or takes two.
        """CREATE VIRTUAL TABLE household_word USING fts5(
          words, tokenize='ascii', content='', contentless_delete=1, detail=none
        )
        """,
        "INSERT INTO household_word (household_word, rank) VALUES ('pgsz', 3900)",
        """CREATE TABLE "key" (
          key_id BLOB NOT NULL,
          purpose VARCHAR NOT NULL,
          public_key BLOB NOT NULL,
          until INTEGER,
          PRIMARY KEY (key_id)
        ) WITHOUT ROWID
        """,
        """CREATE TABLE kk_alias (
          kk INTEGER NOT NULL,
          household INTEGER NOT NULL,
          PRIMARY KEY (kk)
        )
        """,
        """CREATE TABLE name_near (
          "key" VARCHAR NOT NULL,
          word VARCHAR NOT NULL,
          PRIMARY KEY ("key", word)
        ) WITHOUT ROWID
        """,
        """CREATE TABLE name_word (
          word VARCHAR NOT NULL,
          households INTEGER NOT NULL,
          PRIMARY KEY (word)
        ) WITHOUT ROWID
        """,
        """CREATE TABLE package (
          id INTEGER NOT NULL,
          name VARCHAR NOT NULL,
          contents VARCHAR NOT NULL,
          PRIMARY KEY (id)
        )
        """,
        """CREATE TABLE point (
          id INTEGER NOT NULL,
          name VARCHAR NOT NULL,
          region VARCHAR NOT NULL,
          address VARCHAR NOT NULL,
          PRIMARY KEY (id)
        )
        """,
        """CREATE TABLE sibling (
          feed BLOB NOT NULL,
          device INTEGER NOT NULL,
          name VARCHAR NOT NULL,
          public_key BLOB NOT NULL,
          box_key BLOB NOT NULL,
          revoked BOOLEAN NOT NULL,
          PRIMARY KEY (feed)
        ) WITHOUT ROWID
        """,
        """CREATE TABLE slip (
          number INTEGER NOT NULL,
          household INTEGER NOT NULL,
          point INTEGER NOT NULL,
          lines BLOB NOT NULL,
          valid_from INTEGER NOT NULL,
          valid_until INTEGER NOT NULL,
          revoked BOOLEAN NOT NULL,
          PRIMARY KEY (number)
        )
        """,
        """CREATE TABLE stage (
          id INTEGER NOT NULL,
          name VARCHAR NOT NULL,
          opens INTEGER NOT NULL,
          closes INTEGER NOT NULL,
          asks INTEGER NOT NULL,
          PRIMARY KEY (id)
        )
        """,
        """CREATE TABLE volunteer (
          id INTEGER NOT NULL,
          name VARCHAR NOT NULL,
          active BOOLEAN NOT NULL,
          PRIMARY KEY (id)
        )
        """,
    ),
)

BLOB_STEPS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE blob (
          hash BLOB NOT NULL,
          length INTEGER NOT NULL,
          kept_at INTEGER NOT NULL,
          whole_at INTEGER,
          gone BOOLEAN NOT NULL,
          PRIMARY KEY (hash)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX blob_by_state ON blob (whole_at, kept_at)",
        """CREATE TABLE blob_day (
          day VARCHAR NOT NULL,
          sent INTEGER NOT NULL,
          PRIMARY KEY (day)
        ) WITHOUT ROWID
        """,
        """CREATE TABLE blob_piece (
          hash BLOB NOT NULL,
          begin INTEGER NOT NULL,
          data BLOB NOT NULL,
          PRIMARY KEY (hash, begin)
        )
        """,
    ),
)
