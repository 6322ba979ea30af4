"""People to try Cares with: invented, at several sites, each somewhere else in the first module."""
