"""The centre: sync API, roster, slips, public pages (FastAPI on PostgreSQL)."""
