"""What publishing would change for people, publishing, and going back."""
