"""The portal as a hostile or unlucky person meets it."""
