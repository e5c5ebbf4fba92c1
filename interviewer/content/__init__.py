"""Loads and checks prompts/ at start: rounds, questions, prompt files. All faults at once, with their places."""

from interviewer.content.load import Content, load, shipped

__all__ = ["Content", "load", "shipped"]
