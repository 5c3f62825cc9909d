"""Release tracking over HTTP, in the Kodo dialect: snake_case, and absent values are `null`."""
