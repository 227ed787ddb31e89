-- Full-text index over prepared words (store/search.c); contentless: the texts stand in message.
CREATE VIRTUAL TABLE search USING fts5 (words, content='', tokenize="unicode61 remove_diacritics 2");
