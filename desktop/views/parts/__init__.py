"""Small pieces that the screens are put together from; none knows a screen."""
