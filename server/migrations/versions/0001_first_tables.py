"""The first tables: catalogue, devices and feeds, households, slips, projections, changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_REFUSE = """
CREATE FUNCTION audit_log_stays() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit log is only ever added to'; END $$
"""


def upgrade() -> None:
    op.create_table(
        "agregator",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("suspended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="agregator_pkey"),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column(
            "details", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="audit_log_pkey"),
    )
    op.execute(_REFUSE)
    op.execute(
        "CREATE TRIGGER audit_log_stays BEFORE UPDATE OR DELETE ON audit_log"
        " FOR EACH ROW EXECUTE FUNCTION audit_log_stays()"
    )
    op.create_table(
        "blob",
        sa.Column("device", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("whole_at", sa.BigInteger(), nullable=True),
        sa.Column("erased_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("device", "hash", name="blob_pkey"),
    )
    op.create_table(
        "blob_data",
        sa.Column("device", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column("begin", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("device", "hash", "begin", name="blob_data_pkey"),
    )
    op.create_table(
        "blob_named",
        sa.Column("device", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column("feed_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("branch", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "device", "hash", "feed_no", "seq", "branch", name="blob_named_pkey"
        ),
    )
    op.create_table(
        "centre_key",
        sa.Column("fingerprint", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="centre_key_pkey"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("device", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("feed_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column("cose", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("device", "feed_no", "seq", "hash", name="checkpoint_pkey"),
    )
    op.create_table(
        "shelved_frame",
        sa.Column("device", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("feed_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column("frame", sa.LargeBinary(), nullable=False),
        sa.Column("shelved_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("device", "feed_no", "seq", "hash", name="shelved_frame_pkey"),
    )
    op.create_table(
        "daily_figure",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("programme", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stage", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("package", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("handed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("quantity", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("voided", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("in_review", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint(
            "day", "region", "programme", "stage", "package", name="daily_figure_pkey"
        ),
    )
    op.create_table(
        "point_figure",
        sa.Column("point", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stage", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("package", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("rw", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("handed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("quantity", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("voided", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("in_review", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint(
            "point", "stage", "package", "region", "rw", name="point_figure_pkey"
        ),
    )
    op.create_index(
        "point_figure_by_region", "point_figure", ["stage", "region", "rw"], unique=False
    )
    op.create_table(
        "device",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("last_contact_at", sa.BigInteger(), nullable=True),
        sa.Column("clock_offset_ms", sa.BigInteger(), nullable=True),
        sa.Column("app_version", sa.String(), server_default="", nullable=False),
        sa.Column("city", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="device_pkey"),
    )
    op.create_table(
        "entitlement",
        sa.Column("household", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stage", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("package", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("quantity", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("point", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("household", "stage", "package", name="entitlement_pkey"),
    )
    op.create_index("entitlement_by_point", "entitlement", ["point", "stage"], unique=False)
    op.create_table(
        "fact",
        sa.Column("device", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("feed_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column("branch", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device", "feed_no", "seq", "hash", name="fact_pkey"),
    )
    op.create_table(
        "void_ahead",
        sa.Column("device", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("feed_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("device", "feed_no", "seq", "hash", name="void_ahead_pkey"),
    )
    op.create_table(
        "feed_branch",
        sa.Column("device", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("feed_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("branch", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("parent", sa.SmallInteger(), nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device", "feed_no", "branch", name="feed_branch_pkey"),
    )
    op.create_table(
        "handover",
        sa.Column("household", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stage", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("package", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("device", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("feed_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("branch", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("rw", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("point", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.BigInteger(), nullable=False),
        sa.Column("receiver", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("receiver_enc", sa.LargeBinary(), nullable=True),
        sa.Column("slip", sa.BigInteger(), nullable=True),
        sa.Column("voided", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("in_review", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint(
            "household",
            "stage",
            "package",
            "device",
            "feed_no",
            "seq",
            "branch",
            "line_no",
            name="handover_pkey",
        ),
    )
    op.create_index("handover_by_fact", "handover", ["device", "feed_no", "seq"], unique=False)
    op.create_table(
        "stock_move",
        sa.Column("device", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("feed_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("branch", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("point", sa.BigInteger(), nullable=False),
        sa.Column("package", sa.BigInteger(), nullable=False),
        sa.Column("movement", sa.SmallInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.BigInteger(), nullable=False),
        sa.Column("other_point", sa.BigInteger(), nullable=True),
        sa.Column("voided", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("device", "feed_no", "seq", "branch", name="stock_move_pkey"),
    )
    op.create_index("stock_move_by_point", "stock_move", ["point", "package"], unique=False)
    op.create_table(
        "complaint",
        sa.Column("device", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("feed_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("branch", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("category", sa.BigInteger(), nullable=False),
        sa.Column("household", sa.BigInteger(), nullable=True),
        sa.Column("point", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device", "feed_no", "seq", "branch", name="complaint_pkey"),
        sa.UniqueConstraint("device", "number", name="complaint_once"),
    )
    op.create_index("complaint_by_number", "complaint", ["number"], unique=False)
    op.create_table(
        "web_complaint",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.SmallInteger(), nullable=False),
        sa.Column("household", sa.BigInteger(), nullable=True),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("words_enc", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("number", name="web_complaint_pkey"),
    )
    op.create_table(
        "complaint_answer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="complaint_answer_pkey"),
    )
    op.create_index(
        "complaint_answer_by_number", "complaint_answer", ["number", "id"], unique=False
    )
    op.create_table(
        "household",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kk_hmac", sa.LargeBinary(), nullable=False),
        sa.Column("kk_enc", sa.LargeBinary(), nullable=False),
        sa.Column("name_enc", sa.LargeBinary(), nullable=False),
        sa.Column("address_enc", sa.LargeBinary(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("rw", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("rt", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("members", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("status", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("erased_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="household_pkey"),
        sa.UniqueConstraint("kk_hmac", name="household_kk_hmac_key"),
    )
    op.create_index("household_by_region", "household", ["region", "rw", "id"], unique=False)
    op.create_table(
        "kk_alias",
        sa.Column("kk_hmac", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column("kk_enc", sa.LargeBinary(), nullable=True),
        sa.Column("household", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kk_hmac", name="kk_alias_pkey"),
    )
    op.create_index("kk_alias_by_household", "kk_alias", ["household"], unique=False)
    op.create_table(
        "household_merge",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.Column("gone", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column(
            "before", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="household_merge_pkey"),
    )
    op.create_index("household_merge_by_kept", "household_merge", ["kept"], unique=False)
    op.create_index("household_merge_by_gone", "household_merge", ["gone"], unique=False)
    op.create_table(
        "roster_heading",
        sa.Column("agregator", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("header", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column(
            "columns", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agregator", "header", name="roster_heading_pkey"),
    )
    op.create_table(
        "roster_upload",
        sa.Column("id", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("file_enc", sa.LargeBinary(), nullable=False),
        sa.Column("state_enc", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="roster_upload_pkey"),
    )
    op.create_index("roster_upload_by_account", "roster_upload", ["account", "at"], unique=False)
    op.create_table(
        "kolaborator",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="kolaborator_pkey"),
    )
    op.create_table(
        "point_change",
        sa.Column("point", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("household", sa.BigInteger(), nullable=True),
        sa.Column("ref", sa.BigInteger(), nullable=True),
        sa.Column("feed_no", sa.BigInteger(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column(
            "mark",
            sa.BigInteger(),
            server_default=sa.text("(random() * 9007199254740992)::int8"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("point", "n", name="point_change_pkey"),
    )
    op.create_table(
        "point_counter",
        sa.Column("point", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_n", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("point", name="point_counter_pkey"),
    )
    op.create_table(
        "city_gathered",
        sa.Column("point", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("point", name="city_gathered_pkey"),
    )
    op.create_table(
        "programme",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("field", sa.String(), server_default="pangan", nullable=False),
        sa.PrimaryKeyConstraint("id", name="programme_pkey"),
    )
    op.create_table(
        "review",
        sa.Column("device", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("household", sa.BigInteger(), nullable=True),
        sa.Column("feed_no", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("branch", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "details", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("decided_why", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("device", "id", name="review_pkey"),
        sa.UniqueConstraint("device", "feed_no", "seq", "branch", "kind", name="review_once"),
    )
    op.create_index(
        "review_open",
        "review",
        ["opened_at"],
        unique=False,
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_table(
        "slip",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("household", sa.BigInteger(), nullable=False),
        sa.Column("point", sa.BigInteger(), nullable=False),
        sa.Column(
            "lines", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("printed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name="slip_pkey"),
    )
    op.create_index("slip_by_household", "slip", ["household"], unique=False)
    op.create_index("slip_by_point", "slip", ["point", "valid_until"], unique=False)
    op.create_table(
        "volunteer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("pin_salt", sa.LargeBinary(), nullable=False),
        sa.Column("pin_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "pin_params", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="volunteer_pkey"),
    )
    op.create_table(
        "feed",
        sa.Column("feed_no", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("feed_id", sa.LargeBinary(), nullable=False),
        sa.Column("device", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("box_key", sa.LargeBinary(), nullable=False),
        sa.Column("head_seq", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "head_hash", sa.LargeBinary(), server_default=sa.text("''::bytea"), nullable=False
        ),
        sa.Column("forked_at_seq", sa.BigInteger(), nullable=True),
        sa.Column("said_seq", sa.BigInteger(), server_default=sa.text("-1"), nullable=False),
        sa.Column("said_at", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("follows", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("erased_seq", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("revoked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name="feed_device_fkey"),
        sa.ForeignKeyConstraint(["follows"], ["feed.feed_no"], name="feed_follows_fkey"),
        sa.PrimaryKeyConstraint("feed_no", name="feed_pkey"),
        sa.UniqueConstraint("feed_id", name="feed_feed_id_key"),
    )
    op.create_index("feed_by_device", "feed", ["device"], unique=False)
    op.create_table(
        "need",
        sa.Column("stage", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("rw", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("households", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stage", "region", "rw", name="need_pkey"),
    )
    op.create_table(
        "package_need",
        sa.Column("stage", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("package", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("point", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("rw", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("households", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "stage", "package", "point", "region", "rw", name="package_need_pkey"
        ),
    )
    op.create_table(
        "pledge_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pledge_step_pkey"),
    )
    op.create_index("pledge_step_by_number", "pledge_step", ["number", "id"], unique=False)
    op.create_table(
        "package",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("programme", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kolaborator", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "contents", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["kolaborator"], ["kolaborator.id"], name="package_kolaborator_fkey"
        ),
        sa.ForeignKeyConstraint(["programme"], ["programme.id"], name="package_programme_fkey"),
        sa.PrimaryKeyConstraint("id", name="package_pkey"),
    )
    op.create_table(
        "point",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("agregator", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("address", sa.String(), server_default="", nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["agregator"], ["agregator.id"], name="point_agregator_fkey"),
        sa.PrimaryKeyConstraint("id", name="point_pkey"),
    )
    op.create_table(
        "stage",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("programme", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("asks", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["programme"], ["programme.id"], name="stage_programme_fkey"),
        sa.PrimaryKeyConstraint("id", name="stage_pkey"),
    )
    op.create_table(
        "boundary",
        sa.Column("region", sa.String(), nullable=False),
        sa.Column(
            "rings", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.PrimaryKeyConstraint("region", name="boundary_pkey"),
    )
    op.create_table(
        "target",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("rw", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("address", sa.String(), server_default="", nullable=False),
        sa.Column("persons", sa.BigInteger(), nullable=False),
        sa.Column("agregator", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["agregator"], ["agregator.id"], name="target_agregator_fkey"),
        sa.PrimaryKeyConstraint("id", name="target_pkey"),
    )
    op.create_table(
        "target_need",
        sa.Column("stage", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("target", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("package", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pieces", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["package"], ["package.id"], name="target_need_package_fkey"),
        sa.ForeignKeyConstraint(["stage"], ["stage.id"], name="target_need_stage_fkey"),
        sa.ForeignKeyConstraint(["target"], ["target.id"], name="target_need_target_fkey"),
        sa.PrimaryKeyConstraint("stage", "target", "package", name="target_need_pkey"),
    )
    op.create_table(
        "pledge",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("donor_enc", sa.LargeBinary(), nullable=False),
        sa.Column("contact_enc", sa.LargeBinary(), nullable=False),
        sa.Column("contents", sa.String(), nullable=False),
        sa.Column("packages", sa.BigInteger(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("rw", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("target", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("kolaborator", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("package", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("agregator", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("arrived", sa.BigInteger(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("schedule", sa.String(), server_default="once", nullable=False),
        sa.Column("erased_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["agregator"], ["agregator.id"], name="pledge_agregator_fkey"),
        sa.ForeignKeyConstraint(
            ["kolaborator"], ["kolaborator.id"], name="pledge_kolaborator_fkey"
        ),
        sa.ForeignKeyConstraint(["package"], ["package.id"], name="pledge_package_fkey"),
        sa.ForeignKeyConstraint(["target"], ["target.id"], name="pledge_target_fkey"),
        sa.PrimaryKeyConstraint("number", name="pledge_pkey"),
    )
    op.create_table(
        "allocation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("pledge", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.BigInteger(), nullable=False),
        sa.Column("package", sa.BigInteger(), nullable=False),
        sa.Column("point", sa.BigInteger(), nullable=True),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("rw", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=True),
        sa.Column("household", sa.BigInteger(), nullable=True),
        sa.Column("pieces", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("handed_at", sa.BigInteger(), nullable=True),
        sa.Column("cancelled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="allocation_pkey"),
    )
    op.create_index("allocation_by_pledge", "allocation", ["pledge"], unique=False)
    op.create_index("allocation_by_stage", "allocation", ["stage", "package"], unique=False)
    op.create_table(
        "device_point",
        sa.Column("device", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("point", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name="device_point_device_fkey"),
        sa.ForeignKeyConstraint(["point"], ["point.id"], name="device_point_point_fkey"),
        sa.PrimaryKeyConstraint("device", "point", name="device_point_pkey"),
    )
    op.create_table(
        "enrol_code",
        sa.Column("code_hash", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column("point", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("label", sa.String(), server_default="", nullable=False),
        sa.Column("city", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("used_by", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["point"], ["point.id"], name="enrol_code_point_fkey"),
        sa.ForeignKeyConstraint(["used_by"], ["device.id"], name="enrol_code_used_by_fkey"),
        sa.PrimaryKeyConstraint("code_hash", name="enrol_code_pkey"),
    )
    op.create_table(
        "volunteer_point",
        sa.Column("volunteer", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("point", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["point"], ["point.id"], name="volunteer_point_point_fkey"),
        sa.ForeignKeyConstraint(
            ["volunteer"], ["volunteer.id"], name="volunteer_point_volunteer_fkey"
        ),
        sa.PrimaryKeyConstraint("volunteer", "point", name="volunteer_point_pkey"),
    )
    op.create_table(
        "told_head",
        sa.Column("device", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("feed_id", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device", "feed_id", "seq", "hash", name="told_head_pkey"),
    )
    op.create_table(
        "paper_kept",
        sa.Column("point", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("handed", sa.BigInteger(), nullable=False),
        sa.Column("kept_at", sa.BigInteger(), nullable=False),
        sa.Column("kept_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("point", "hash", name="paper_kept_pkey"),
    )
    op.create_index("paper_kept_by_day", "paper_kept", ["last_day", "kept_at"])
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("agregator", sa.BigInteger(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("password_hash", sa.String(), server_default="", nullable=False),
        sa.Column(
            "totp_enc", sa.LargeBinary(), server_default=sa.text("''::bytea"), nullable=False
        ),
        sa.Column("totp_step", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["agregator"], ["agregator.id"], name="account_agregator_fkey"),
        sa.PrimaryKeyConstraint("id", name="account_pkey"),
        sa.UniqueConstraint("name", name="account_name_key"),
    )
    op.create_table(
        "account_code",
        sa.Column("code_hash", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("totp_enc", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="account_code_account_fkey"),
        sa.PrimaryKeyConstraint("code_hash", name="account_code_pkey"),
    )
    op.create_table(
        "office_session",
        sa.Column("token_hash", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="office_session_account_fkey"),
        sa.PrimaryKeyConstraint("token_hash", name="office_session_pkey"),
    )
    op.create_index("office_session_by_account", "office_session", ["account"])


def downgrade() -> None:
    op.drop_index("paper_kept_by_day", table_name="paper_kept")
    op.drop_table("paper_kept")
    op.drop_index("office_session_by_account", table_name="office_session")
    op.drop_table("office_session")
    op.drop_table("account_code")
    op.drop_table("account")
    op.drop_table("blob_named")
    op.drop_table("blob_data")
    op.drop_table("blob")
    op.drop_table("volunteer_point")
    op.drop_table("enrol_code")
    op.drop_table("device_point")
    op.drop_index("allocation_by_stage", table_name="allocation")
    op.drop_index("allocation_by_pledge", table_name="allocation")
    op.drop_table("allocation")
    op.drop_table("pledge")
    op.drop_table("target_need")
    op.drop_table("target")
    op.drop_table("boundary")
    op.drop_table("stage")
    op.drop_table("point")
    op.drop_table("need")
    op.drop_table("package_need")
    op.drop_table("pledge_step")
    op.drop_table("package")
    op.drop_table("told_head")
    op.drop_index("feed_by_device", table_name="feed")
    op.drop_table("feed")
    op.drop_table("volunteer")
    op.drop_index("slip_by_point", table_name="slip")
    op.drop_index("slip_by_household", table_name="slip")
    op.drop_table("slip")
    op.drop_index(
        "review_open", table_name="review", postgresql_where=sa.text("decided_at IS NULL")
    )
    op.drop_table("review")
    op.drop_table("programme")
    op.drop_table("point_counter")
    op.drop_table("point_change")
    op.drop_table("kolaborator")
    op.drop_index("household_merge_by_gone", table_name="household_merge")
    op.drop_index("household_merge_by_kept", table_name="household_merge")
    op.drop_table("household_merge")
    op.drop_index("roster_upload_by_account", table_name="roster_upload")
    op.drop_table("roster_upload")
    op.drop_table("roster_heading")
    op.drop_index("kk_alias_by_household", table_name="kk_alias")
    op.drop_table("kk_alias")
    op.drop_index("household_by_region", table_name="household")
    op.drop_table("household")
    op.drop_index("handover_by_fact", table_name="handover")
    op.drop_table("handover")
    op.drop_table("complaint_answer")
    op.drop_table("web_complaint")
    op.drop_table("complaint")
    op.drop_index("stock_move_by_point", table_name="stock_move")
    op.drop_table("stock_move")
    op.drop_table("feed_branch")
    op.drop_table("void_ahead")
    op.drop_table("fact")
    op.drop_index("entitlement_by_point", table_name="entitlement")
    op.drop_table("entitlement")
    op.drop_table("device")
    op.drop_index("point_figure_by_region", table_name="point_figure")
    op.drop_table("point_figure")
    op.drop_table("daily_figure")
    op.drop_table("shelved_frame")
    op.drop_table("checkpoint")
    op.drop_table("centre_key")
    op.drop_table("city_gathered")
    op.drop_table("audit_log")
    op.execute("DROP FUNCTION audit_log_stays()")
    op.drop_table("agregator")
