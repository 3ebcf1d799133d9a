K = "top"
