"""The rule by which the database queues a new statement for every store that is to be told of it.

It is part of the insertion itself: no feature can forget a store, and with none beside the main one it costs nothing.
"""

from __future__ import annotations

from lms.outbox.likeness import VOIDED

CONCERNS = (
    "store.closed_at IS NULL AND ("
    "(store.since IS NULL OR statement.written_at >= store.since) AND (store.verbs = '[]' OR {verb_is_wanted}) "
    # Whatever the verbs: a store must learn that what it was told is taken back.
    "OR EXISTS (SELECT 1 FROM statement AS voided JOIN forwarding ON forwarding.statement_id = voided.id "
    "AND forwarding.store_id = store.id WHERE voided.uuid = {taken_back}))"
)
_PARTS = {
    "sqlite": {
        "verb_is_wanted": (
            "EXISTS (SELECT 1 FROM json_each(store.verbs) WHERE value = json_extract(statement.body, '$.verb.id'))"
        ),
        "taken_back": (
            f"CASE WHEN json_extract(statement.body, '$.verb.id') = '{VOIDED}' "
            "THEN replace(json_extract(statement.body, '$.object.id'), '-', '') END"
        ),
    },
    "postgresql": {
        "verb_is_wanted": "jsonb_exists(store.verbs, CAST(statement.body AS jsonb) #>> '{verb,id}')",
        "taken_back": (
            f"CASE WHEN CAST(statement.body AS jsonb) #>> '{{verb,id}}' = '{VOIDED}' "
            "THEN CAST(CAST(statement.body AS jsonb) #>> '{object,id}' AS uuid) END"
        ),
    },
}


def concerns(dialect: str) -> str:
    """The condition on rows of `statement` and `store` under which the store is told of the statement."""
    return CONCERNS.format(**_PARTS[dialect])


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
