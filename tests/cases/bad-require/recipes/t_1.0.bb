require nothere.inc
