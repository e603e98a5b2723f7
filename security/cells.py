"""Cells of a CSV file that no spreadsheet runs as a formula; what was done to one is undone exactly."""

_QUOTE = "'"
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", _QUOTE)  # full-width ones, too


def guarded(text: str) -> str:
    """Spreadsheets take what follows a quote for text; a quote of the text's own gets one as well."""
    return _QUOTE + text if text.startswith(_STARTS) else text


def plain(cell: str) -> str:
    """What `guarded` was given."""
    return cell[1:] if cell.startswith(_QUOTE) and cell[1:].startswith(_STARTS) else cell
