A = "${BB_CURRENT_MC}|"
