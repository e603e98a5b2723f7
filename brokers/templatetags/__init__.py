"""What the pages of the workshop say in templates."""
