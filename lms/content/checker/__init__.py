"""What a module is measured by: the 26 rules of the content brief, each a pure function of the module."""
