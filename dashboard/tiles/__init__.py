"""Base tiles that the operator has: pictures of streets and water under the areas, served from here; none unless configured."""
