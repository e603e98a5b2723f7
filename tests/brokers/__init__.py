"""What is tested of orders and prices."""
