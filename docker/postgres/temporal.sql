-- Run once, by the image, on an empty data folder: Temporal's two databases, owned by a role that is no superuser.
\getenv password TEMPORAL_DB_PASSWORD
create role temporal login password :'password';
create database temporal owner temporal;
create database temporal_visibility owner temporal;
