"""What ships: the image, the compose file and the proxy in front."""
