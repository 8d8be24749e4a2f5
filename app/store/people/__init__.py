"""Candidates and bookings; staff, programs and their sign-ins; replies to requests."""
