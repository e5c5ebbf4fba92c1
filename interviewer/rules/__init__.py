"""Pure rules: the fold, the moves, selection, scores, evidence. Time and randomness come in as arguments."""
