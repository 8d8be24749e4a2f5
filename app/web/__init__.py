"""Thin faces over the services: the API, the candidate's pages and the board's pages."""
