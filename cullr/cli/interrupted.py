"""What a run that Ctrl+C ended returns and says."""

INTERRUPTED = 130
STOPPED = "cullr: interrupted; what was read so far is kept and the next run continues there"
