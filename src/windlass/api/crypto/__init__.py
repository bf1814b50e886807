"""Cryptography, certificates and signatures."""
