"""The door for people and programs: pages, the JSON API and what ops ask for."""
