"""Scenes of the screen and the tour through them: what they are, the file they come from, and what they do to an address."""
