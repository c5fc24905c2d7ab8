"""Entries on the bundled data sets, one module each; `readings` is what they share."""
