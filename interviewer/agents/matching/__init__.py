"""What the built-in matcher is made of: words, directions, token alignment, features, coefficients."""
