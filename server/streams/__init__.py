"""What laptops pull: the changes of a point, and the whole city for a help desk."""
