"""Questions: checks in pages, and the quiz that is drawn from the bank, answered, graded and kept."""
