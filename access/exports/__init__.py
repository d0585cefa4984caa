"""Files for spreadsheets that run nothing, lose no digit and read in Arabic (O08)."""
