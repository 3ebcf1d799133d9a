A .= "onedot "
