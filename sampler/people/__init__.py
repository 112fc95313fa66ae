"""People recruited: where they stand, what they fill, who is missing, and who found them."""
