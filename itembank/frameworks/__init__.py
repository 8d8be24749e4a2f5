"""What a framework is: outcomes and criteria."""
