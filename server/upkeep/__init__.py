"""What keeps the centre going: its PostgreSQL, backups, retention, metrics, logs."""
