"""Modules, how DLLs are found and loaded, and resources."""
