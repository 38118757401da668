"""The fine: a penalty from the notice of intent to the last penny."""
