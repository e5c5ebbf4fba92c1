"""The only user of langchain and openai: asks a model for a value or for words, under limits, a cap and a circuit.

Importing this package imports neither of them; they are loaded when the first call is made.
"""

from interviewer.llm.budget import Budget
from interviewer.llm.circuit import Shared
from interviewer.llm.endpoint import CHAT, GRADE, Deadlines, Endpoint, Message, TestResult, Usage
from interviewer.llm.listing import list_models
from interviewer.llm.model import Model, open_model
from interviewer.llm.structured import begun
from interviewer.llm.words import TextStream

__all__ = [
    "CHAT",
    "GRADE",
    "Budget",
    "Deadlines",
    "Endpoint",
    "Message",
    "Model",
    "Shared",
    "TestResult",
    "TextStream",
    "Usage",
    "begun",
    "list_models",
    "open_model",
]
