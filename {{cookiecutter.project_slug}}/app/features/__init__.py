"""What the team owns: one package for each resource of the API."""
