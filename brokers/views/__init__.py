"""The trader's pages: thin doors to the verbs that programs use too."""
