"""The built-in policy: tactics from the shape of the goal, no model, no download."""
