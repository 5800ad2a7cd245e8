"""What the volunteer sees: widgets that render a frozen state and emit what the person wants."""
