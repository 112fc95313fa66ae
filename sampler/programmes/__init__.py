"""Rounds added up: who has been heard from, the next mix, and what may be shown of it."""
