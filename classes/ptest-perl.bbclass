# Tests of Perl modules. The recipe says what is special about them; see ptest.

inherit ptest
