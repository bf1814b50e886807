"""Code pages, languages, text and its comparison, formatting, time zones."""
