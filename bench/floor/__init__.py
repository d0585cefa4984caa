"""The floor: the least a Django site does for a form that is stored."""
