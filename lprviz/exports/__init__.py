"""What can be taken out of lprviz."""
