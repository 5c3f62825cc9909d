"""What clients send and see, key for key as the API's documentation shows it."""
