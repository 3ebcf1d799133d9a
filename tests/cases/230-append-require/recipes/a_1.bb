require x.inc
