"""What leaves the program as data: exact tables, without Qt."""
