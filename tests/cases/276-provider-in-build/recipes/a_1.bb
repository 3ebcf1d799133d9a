DEPENDS = "two virtual/x"
