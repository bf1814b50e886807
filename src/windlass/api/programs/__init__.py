"""Programs that Windows has, as parts of this package: the command processor."""
