DEPENDS = "virtual/x"
