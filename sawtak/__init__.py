"""صوتك مسموع (Your Voice Is Heard): tickets, conversation, tracking."""
