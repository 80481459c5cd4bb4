"""
Describe the project's URLs in OpenAPI 3.1: what its views take and send.

``routes`` finds the views of the URLconf, ``subjects`` what they show and what fills them in, ``operations`` describes
one method of one view, and ``document`` puts all of it together. It reads classes and attributes, and changes nothing.
"""
