PROVIDES += "virtual/x"
