"""One walk over all operations of the API, on a made-up world; what it sees becomes examples."""
