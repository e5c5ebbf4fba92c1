"""What proves that the interviewer is any good. Data sets are read from outside the project and never shipped."""
