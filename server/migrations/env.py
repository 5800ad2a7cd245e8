"""Run by Alembic for each command: hands it the connection that ``server.migrations`` opened."""

from alembic import context

from server.tables import CentreTable

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=CentreTable.metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
