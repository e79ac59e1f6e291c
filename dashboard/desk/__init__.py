"""The data page: what was sent, what became of it, which snapshots there are, and handing in a file."""
