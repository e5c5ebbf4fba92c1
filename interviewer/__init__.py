"""A self-hosted mock interviewer for machine-learning roles. The way in: app.py -> Room.act (room.py)."""

__version__ = "0.1.0"
