"""One function per step: observe, speak, grade. Each with a model or built-in, which carries on when a model fails."""
