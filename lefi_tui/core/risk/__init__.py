"""What an order must pass before it leaves: the gate, its checks, the sizers, the limits."""
