"""Threads, thread pools, fibers, local storage, synchronisation and timers."""
