-- Up Migration

-- A product is found by a part of its SKU or name; its trigrams are those of the text that src/db/catalogue.ts asks for.
create index product_by_terms on product using gin (lower(sku || E'\n' || name) gin_trgm_ops);

-- Down Migration

drop index product_by_terms;
