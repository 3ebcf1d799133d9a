inherit_defer ${C}
C = "nothere"
