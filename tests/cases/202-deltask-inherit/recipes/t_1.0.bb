deltask k
inherit k
deltask do_fetch
