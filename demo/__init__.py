"""Every feature of django_extras on real data: 28,000 airports, and files of several kinds."""
