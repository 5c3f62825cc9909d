"""How fast errors are taken and counted, and whether none is lost or counted twice when processes are killed."""
