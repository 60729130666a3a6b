"""Yihu (一呼): residents file demands, branches dispatch them, Party members claim them."""
