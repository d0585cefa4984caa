"""What the product knows of the country: numbers, calendars, money, text and SMS."""
