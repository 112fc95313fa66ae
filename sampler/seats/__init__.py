"""Who could sit in each place: seats as near to the joint tables as can be found and shown."""
