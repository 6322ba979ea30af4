"""Looking back at a module weeks later: the plan, what was written, and questions once more."""
