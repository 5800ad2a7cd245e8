"""Papers and exports: what a point hands over in writing. Pure: data in, bytes out."""
