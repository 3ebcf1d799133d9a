PROVIDES = "virtual/x"
