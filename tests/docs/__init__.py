"""The pages of docs/: what is made of the code in them, and what runs their examples."""
