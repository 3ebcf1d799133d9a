A .= "one "
