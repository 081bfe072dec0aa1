"""One file a step, never changed once it is out."""
