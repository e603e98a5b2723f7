"""Settings that fail as they are read, with a key in what they say."""

raise RuntimeError("oa_live_0123456789_" + "s" * 49)
