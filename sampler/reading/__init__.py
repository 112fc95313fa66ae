"""A recruiter's file: its cells, what they mean of ours, and what taking them in would do."""
