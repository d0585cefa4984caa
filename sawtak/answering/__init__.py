"""How staff answer tickets: templates, previews, notes, files, joined and split tickets."""
