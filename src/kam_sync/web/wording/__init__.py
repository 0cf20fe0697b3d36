"""How the pages speak: languages, numbers and sentences."""
