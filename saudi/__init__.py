"""What the product knows of the country: numbers, calendars, money, text and SMS.

A leaf that others could use as it is: it imports no other application, and all but the modules
with a table or a form are plain Python.

- numbers: `saudi.digits`, `saudi.checks`, `saudi.national_id`, `saudi.mobile`, `saudi.iban`,
  `saudi.banks`
- days: `saudi.gregorian`, `saudi.hijri`, `saudi.calendar`, `saudi.days_off`, `saudi.clock`
- words: `saudi.text`, `saudi.direction`, `saudi.plurals`, `saudi.money`, `saudi.sms`,
  `saudi.languages`
- Django: `saudi.forms`, `saudi.models`

What a person types goes through a `parse_` function, which gives the one stored form or raises an
error whose `reason` a page puts into words. What a person reads comes from a `format_`, `group_`
or `display_` function. docs/saudi.md has the decisions and the sources.
"""
