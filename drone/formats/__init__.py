"""Other people's files for a drone: read strictly, written so that their programs open them."""
