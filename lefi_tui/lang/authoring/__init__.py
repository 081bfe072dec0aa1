"""What an editor, the command line and the language server know of a script: one analysis."""
