A .= "exact "
