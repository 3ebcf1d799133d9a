# Tests of Python modules, run by pytest. The recipe says what is special about them; see ptest.

inherit ptest
