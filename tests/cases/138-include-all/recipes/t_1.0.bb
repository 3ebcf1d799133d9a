include_all inc/x.inc
