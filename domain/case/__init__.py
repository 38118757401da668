"""What all five case types share."""
