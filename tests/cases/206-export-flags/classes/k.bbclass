export A
export B ?= "class"
