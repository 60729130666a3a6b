"""Check-ins: places with signed codes, and what a code that somebody scans says."""
