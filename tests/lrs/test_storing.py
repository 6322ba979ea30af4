"""PUT and POST of statements: ids, batches, what the store adds."""

from __future__ import annotations

from tests.lrs.conftest import HOME, Lrs, made


def test_a_statement_comes_back_with_what_the_store_adds(lrs: Lrs) -> None:
    statement = made(timestamp="2026-11-23T12:00:00.000+01:00")
    assert lrs.put(statement["id"], statement).status_code == 204
    kept = lrs.get(statementId=statement["id"])
    body = kept.get_json()
    assert body.pop("stored").endswith("Z")
    assert body == {
        **statement,
        "version": "1.0.0",
        "authority": {"objectType": "Agent", "account": {"homePage": HOME, "name": "cares"}},
    }
    assert "Last-Modified" in kept.headers
