"""Start the program: `python app.py`, the same as `interviewer serve`."""

from interviewer.cli import main

if __name__ == "__main__":
    main(["serve"])
