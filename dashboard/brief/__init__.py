"""The brief (简报): one document made from the data once, then written as a page, Word, slides, PDF and workbook."""
