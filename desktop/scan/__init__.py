"""Where codes come from: camera, USB scanner and pictures, and the one decoder behind them."""
