"""Where modules are taken: the dashboard, the outline of a module, and its pages put together from their blocks."""
