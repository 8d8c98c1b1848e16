"""Programs that share no code with this project, and check it from outside."""
