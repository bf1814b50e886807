"""Processes, jobs, their environment, and what can be asked of them."""
