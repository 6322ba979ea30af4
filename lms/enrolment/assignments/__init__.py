"""Who should complete what by when, and why; who need not; and the mails that say so."""
