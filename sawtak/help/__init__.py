"""Help articles: what people ask most, with a short answer and a long one."""
