A = "a"
python () {
    d.setVar("A", "b")
}
