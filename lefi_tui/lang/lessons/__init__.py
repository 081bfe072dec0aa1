"""Ten lessons, each a script with something missing, and what must hold of it in the end."""
