"""Run migrations on the engine that `app.store.migrate` hands over."""

from alembic import context

from app.store.tables import metadata

engine = context.config.attributes["engine"]

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with connection.begin(), context.begin_transaction():
        context.run_migrations()
