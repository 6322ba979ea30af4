"""Someone becomes nobody: their statements stay and are counted, but lead to no person any more."""
