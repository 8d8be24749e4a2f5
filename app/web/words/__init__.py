"""What is said to people: sentences in English, and a catalogue for each other language."""
