"""The citizen's pages: the steps of an objection, and the objections that were filed."""
