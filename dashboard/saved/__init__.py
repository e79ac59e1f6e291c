"""Views kept by name: the addresses that list and change them, and the dialogue that a page opens from its head."""
