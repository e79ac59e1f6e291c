"""The table of all selected cases: AG Grid's community edition, whose rows are fetched as somebody scrolls."""
