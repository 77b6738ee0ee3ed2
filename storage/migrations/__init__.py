"""Bringing a database to the present shape: Alembic's scripts, and how to run them."""
