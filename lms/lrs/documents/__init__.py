"""Documents that others keep here: states, profiles of agents and of activities (xAPI 1.0.3 Communication 2.2)."""
