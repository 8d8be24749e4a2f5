"""What one version of an exam changes of the one before."""
