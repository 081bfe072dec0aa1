"""Runs the steps over the connection that `sqlite_schema` hands in, all in one transaction."""

from alembic import context

from lefi_tui.adapters.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
