"""lprviz."""
