"""The Windows API: a room for each part of it; what several rooms share stands here."""
