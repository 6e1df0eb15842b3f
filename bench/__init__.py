"""What a function costs, measured side by side with the least that one can cost: `make bench`."""
