"""Each draws one frozen view."""
