"""One task of the user a file."""
