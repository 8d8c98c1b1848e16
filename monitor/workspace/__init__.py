"""What the user chose: settings and layout as frozen values, bytes in and out."""
