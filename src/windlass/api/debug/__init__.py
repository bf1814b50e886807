"""Exceptions, debugging help, symbols and event logs."""
