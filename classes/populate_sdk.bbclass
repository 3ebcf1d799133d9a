# There is no SDK yet (populate_sdk_base).

inherit populate_sdk_base
