K = "1"
what is this
