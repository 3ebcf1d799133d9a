# Descriptions of GObject libraries: making them runs programs of the target, so they are not made.
GI_DATA_ENABLED = "False"
