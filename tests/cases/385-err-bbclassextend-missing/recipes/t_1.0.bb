BBCLASSEXTEND = "nothere"
