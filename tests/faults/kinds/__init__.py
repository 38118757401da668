"""The kinds of faults, a family in each file; each exports `FAULTS`."""
