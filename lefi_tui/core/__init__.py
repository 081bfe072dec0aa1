"""The pure heart: orders, positions, ledger, matching, the gate and the desk."""
