"""How the tables of the database came to be what they are: one small step after the other, by Alembic."""
