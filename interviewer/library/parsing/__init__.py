"""Reads documents. Runs in a child process under limits, never in the program: see `interviewer.library.child`.

Nothing here may import what is slow to load or not needed for the document at hand: the child starts anew for each one.
"""
