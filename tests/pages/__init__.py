"""The pages themselves: frame, errors, dashboard."""
