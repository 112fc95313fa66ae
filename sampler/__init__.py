"""A recruitment and sampling planner for user research; the domain knows no Streamlit."""
