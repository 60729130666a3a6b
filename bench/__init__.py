"""Numbers: the service under load beside the database alone, which runs the very same statements."""
