"""How WhatsApp messages leave, and what is told of them afterwards."""
