"""What a run on one machine needs beside the product: a broker of its own, devices, replayed files."""
