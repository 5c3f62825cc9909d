"""What clients of release tracking send and see."""
