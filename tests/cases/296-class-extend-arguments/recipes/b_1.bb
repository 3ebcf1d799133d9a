BBCLASSEXTEND = "k:one k:two"
