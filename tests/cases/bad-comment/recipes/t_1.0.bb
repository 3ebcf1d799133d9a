A = "a \
# b \
 c"
