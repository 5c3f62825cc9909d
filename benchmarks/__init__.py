"""How fast and how small the product is, measured from outside on the product as it is run."""
