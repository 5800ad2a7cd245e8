"""What laptops send: segments taken in, facts kept, and what follows from them."""
