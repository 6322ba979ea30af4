"""Looking back at a module two and six weeks later: the plan, what was written, and questions once more."""
