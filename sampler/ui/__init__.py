"""The pages and what they draw with."""
