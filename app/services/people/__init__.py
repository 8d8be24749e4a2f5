"""Who they are: candidates and bookings, staff and programs, their secrets and sign-ins."""
