"""The panel that opens from any number: what it is made of, down to its cases. It stands in the frame around every page."""
