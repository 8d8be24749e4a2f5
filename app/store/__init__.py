"""Every table and every query; frozen values go in and come out, and there are no rules."""
