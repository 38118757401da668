"""What the system tells of itself: its traces, and its logs while everything fails."""
