"""The rule by which the database queues a new statement for every store that is to be told of it.

It is part of the insertion itself: no feature can forget a store, and with none beside the main one it costs nothing.
"""

from __future__ import annotations

CONCERNS = (
    "store.closed_at IS NULL AND (store.since IS NULL OR statement.written_at >= store.since) AND {verb_is_wanted}"
)
_VERB_IS_WANTED = {
    "sqlite": (
        "(store.verbs = '[]' OR EXISTS (SELECT 1 FROM json_each(store.verbs) "
        "WHERE value = json_extract(statement.body, '$.verb.id')))"
    ),
    "postgresql": ("(store.verbs = '[]' OR jsonb_exists(store.verbs, CAST(statement.body AS jsonb) #>> '{verb,id}'))"),
}


def concerns(dialect: str) -> str:
    """The condition on rows of `statement` and `store` under which the store is told of the statement."""
    return CONCERNS.format(verb_is_wanted=_VERB_IS_WANTED[dialect])


# What we would not send ourselves is sent to nobody.
_STATE = "CASE WHEN statement.delivery = 'parked' THEN 'parked' ELSE 'queued' END"
_INSERT = (
    "INSERT INTO forwarding (statement_id, store_id, delivery, queued_at, answer) "
    f"SELECT statement.id, store.id, {_STATE}, statement.written_at, statement.answer"
)
SQLITE = (
    "CREATE TRIGGER statement_is_forwarded AFTER INSERT ON statement "  # noqa: S608  # nosec B608
    f"WHEN EXISTS (SELECT 1 FROM store) BEGIN {_INSERT} "
    f"FROM statement, store WHERE statement.id = NEW.id AND {concerns('sqlite')}; END",
)
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION forward_statements() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"{_INSERT} FROM written AS statement, store WHERE {concerns('postgresql')}; RETURN NULL; END $$",
    "CREATE TRIGGER statement_is_forwarded AFTER INSERT ON statement REFERENCING NEW TABLE AS written "
    "FOR EACH STATEMENT EXECUTE FUNCTION forward_statements()",
)
