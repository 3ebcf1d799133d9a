# Tests of Rust crates. The recipe says what is special about them; see ptest.

inherit ptest
