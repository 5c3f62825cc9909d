"""The notes engine: a range's history in, a draft for one persona out. Pure: no IO, no clock, no chance."""
