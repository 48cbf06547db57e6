"""How the practice is doing: what each figure counts, the counts themselves, and the page that shows them."""
