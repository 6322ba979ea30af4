"""A second person looks at a draft: asked, with comments on blocks, until it is done."""
