"""The enforcement notice: what somebody must do or stop doing."""
