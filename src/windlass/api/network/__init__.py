"""Sockets, network interfaces and addresses."""
