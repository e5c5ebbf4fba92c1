"""A self-hosted mock interviewer for machine-learning roles. The way in: app.py -> Room.act (room.py)."""

import os

__version__ = "0.1.0"

# The products here are small: on two threads OpenBLAS takes eight times as long for them as on one. It reads this when
# numpy is imported, which nothing does before this package.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
