"""The Shell: paths, folders, items, starting programs; user profiles."""
