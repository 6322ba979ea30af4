"""Who was there: by the facilitator's list, or by a code on a phone."""
