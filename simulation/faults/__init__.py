"""What can go wrong, on purpose: links that are cut, processes that die, people who step out."""
