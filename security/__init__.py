"""The walls and the gatehouse: who calls, who is banned, what is limited; imports no other app."""
