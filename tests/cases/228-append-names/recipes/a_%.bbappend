A .= "any "
