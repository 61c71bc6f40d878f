"""The static site: the data for people who do not write code."""
