"""Starts real orchestrators, Holons and workers, and watches them from outside."""
