"""Exactly what is selected, as a file: one module for each format, and the addresses that give them."""
