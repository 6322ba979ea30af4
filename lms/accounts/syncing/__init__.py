"""Full lists of the organisation, every night if you like: who joins, moves, leaves; shown first, then done whole."""
